import { describe, expect, test } from 'vitest'
import { CHECKS, checkAuction } from './check-auction.ts'
import { soundEvidence } from './evidence-stand.ts'
import { OUTSIDE_HARMS } from './harms/outside-harms.ts'
import { ROOM_HARMS } from './harms/room-harms.ts'

describe('the checks of the crash run', () => {
  test('find nothing where nothing is wrong', () => {
    const { history, problems } = checkAuction(soundEvidence())
    expect(problems).toEqual(Object.fromEntries(CHECKS.map((check) => [check, []])))
    expect(history?.final.position).toMatchObject({ status: 'ended', outcome: 'sold', extendedCount: 1 })
    expect(history?.bids.map(({ bid }) => bid.kind)).toEqual([
      'max',
      'exact',
      'max',
      'max',
      'exact',
      'max',
      'max',
    ])
  })

  test.each([...ROOM_HARMS, ...OUTSIDE_HARMS])('find that %s', (_name, check, says, harm) => {
    const { problems } = checkAuction(harm(soundEvidence()))
    expect(problems[check].join('\n')).toMatch(says)
  })
})
