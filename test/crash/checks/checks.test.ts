import { describe, expect, test } from 'vitest'
import { CLOSES_AT, OPENS_AT, Sale, termsWith } from '../../engine/sale.ts'
import { Move } from '../house/moves.ts'
import { CHECKS, checkAuction } from './check-auction.ts'
import { roomFileOf, soundEvidence } from './evidence-stand.ts'
import { HOUSE_HARMS } from './harms/house-harms.ts'
import { OUTSIDE_HARMS } from './harms/outside-harms.ts'
import { ROOM_HARMS } from './harms/room-harms.ts'
import { History, readHistory } from './history.ts'
import { troubledEvidence } from './troubled-stand.ts'

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

  test('find nothing where sellers and admins did what they were asked to', () => {
    const { history, problems } = checkAuction(troubledEvidence())
    expect(problems).toEqual(Object.fromEntries(CHECKS.map((check) => [check, []])))
    expect(history?.final.position).toMatchObject({ status: 'cancelled', bidCount: 2 })
    expect(history?.entries.map(({ events }) => events[0]?.kind)).toEqual([
      'armed',
      'edited',
      'opened',
      'bid',
      'bid',
      'bid',
      'bid_voided',
      'reserve_lowered',
      'bid',
      'bid_voided',
      'disclosure_changed',
      'bid',
      'bid',
      'cancelled',
    ])
  })

  test('R2: find nothing where an auction was armed after its end', () => {
    const sale = new Sale()
    sale.now = CLOSES_AT + 60_000
    sale.house({ kind: 'arm', terms: termsWith({}) })
    sale.wake()
    const { history, problems } = readHistory(roomFileOf(new History(sale.ledger), []))
    expect(problems).toEqual([])
    expect(history?.final).toMatchObject({ lastAt: CLOSES_AT + 60_000, position: { outcome: 'unsold' } })
    expect(history?.entries.map(({ at }) => at)).toEqual([CLOSES_AT + 60_000, OPENS_AT, CLOSES_AT])
  })

  test('M12: what an admin changes of the vehicle after the end need not be in the ledger', () => {
    const evidence = troubledEvidence()
    const change = { field: 'mileage', before: 91_200, after: 91_300 }
    const move = new Move(evidence.lot.auctionId, { kind: 'disclose', change })
    move.answer = 'done'
    const later = (answeredAt: number) => {
      move.answeredAt = answeredAt
      const vehicle = { status: 'active' as const, mileage: change.after }
      return checkAuction({ ...evidence, vehicle, moves: [...evidence.moves, move] }).problems
    }
    const endedAt = evidence.room.entries.at(-1)?.entry.at ?? 0
    expect(later(endedAt)).toMatchObject({ moves: [], mysql: [] })
    expect(later(endedAt - 1).moves).toEqual([expect.stringContaining('is not in the ledger')])
  })

  test.each(HOUSE_HARMS)('find that %s', (_name, check, says, harm) => {
    const { problems } = checkAuction(harm(troubledEvidence()))
    expect(problems[check].join('\n')).toMatch(says)
  })

  test.each([...ROOM_HARMS, ...OUTSIDE_HARMS])('find that %s', (_name, check, says, harm) => {
    const { problems } = checkAuction(harm(soundEvidence()))
    expect(problems[check].join('\n')).toMatch(says)
  })
})
