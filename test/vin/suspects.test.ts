import { describe, expect, test } from 'vitest'
import { findSuspects } from '../../src/vehicles/vin/suspects.ts'
import { hasRightCheckDigit, needsCheckDigit } from '../../src/vehicles/vin.ts'
import { decode, findShard, NOW, shardOf, withCheckDigit } from './shards.ts'

const suspectsOf = async (vin: string) => (await decode(vin)).suspect_positions
const mistype = (vin: string, position: number, character: string) =>
  vin.slice(0, position - 1) + character + vin.slice(position)

const ACCORD = '1HGCM82633A004352'

describe('where the check digit is wrong', () => {
  test('the mistyped position is among those that are told', async () => {
    // Of the last three a pattern knows nothing of what rightly stands in position 7, 4 and 8.
    const vins = ['1FTFW1E59NKD69096', '5YJSA1H12FFP71790', '4T1BG28KXWU857915', '1T9TM2G4XBW979001']
    const odd = ['1GTW7FCA8E1909666', '1HD1GP4558K319097', '1XPWD40X1ED215307']
    for (const vin of [ACCORD, ...vins, ...odd].map(withCheckDigit)) {
      for (let position = 1; position <= 17; position++) {
        for (const character of position >= 15 ? '0123456789' : '0123456789ABCDEFGHJKLMNPRSTUVWXYZ') {
          const wrong = mistype(vin, position, character)
          if (hasRightCheckDigit(wrong) || !needsCheckDigit(wrong)) continue
          const suspects = findSuspects(wrong, await findShard(wrong), NOW, false)
          expect(suspects, wrong).toContain(position)
        }
      }
    }
  })

  test('it is told first, where patterns know nothing of what stands there', () => {
    const shard = shardOf([{ keys: { CM8: 'mZed\tCar', '***E[56]': 'd4' }, from: 2015, to: 2015 }])
    const right = withCheckDigit('1ZZCM8E60FA004352')
    expect(findSuspects(mistype(right, 8, '7'), shard, NOW, false)[0]).toBe(8)
  })

  test('it is not one that leaves no model: where position 5 does, the last digits are right', () => {
    const shard = shardOf([{ keys: { CM8: 'mZed\tCar' }, from: 2015, to: 2015 }])
    const suspects = findSuspects(mistype(withCheckDigit('1ZZCM8E60FA004352'), 5, '0'), shard, NOW, false)
    expect(suspects).toContain(5)
    for (const position of [4, 6, 7, 8, 9, 10, 11, 17]) expect(suspects).not.toContain(position)
  })

  test('it may be any, where no pattern names a model whatever stands there', () => {
    const shard = shardOf([{ keys: { CM8: 'd4' }, from: 2015, to: 2015 }])
    const suspects = findSuspects(mistype(withCheckDigit('1ZZCM8E60FA004352'), 5, '0'), shard, NOW, false)
    expect(suspects.length).toBeGreaterThan(12)
    for (const position of [1, 4, 5, 9, 10]) expect(suspects).toContain(position)
  })

  test('it is one of the maker, where nobody has such an identifier', async () => {
    expect(await suspectsOf('10GCM82633A004352')).toEqual([2, 3])
    const few = withCheckDigit('1T9TM2G40BW979001')
    const suspects = await suspectsOf(mistype(few, 13, '0'))
    expect(suspects).toContain(13)
    expect(suspects).not.toContain(17)
  })

  test('the check digit itself may be the wrong one', async () => {
    expect(await suspectsOf('1HGCM82643A004352')).toContain(9)
  })

  test('positions that hold nothing strange are in order, and not all of them: patterns rule some out', async () => {
    const suspects = await suspectsOf('1HGCM82643A004352')
    expect(suspects).toEqual([...suspects].sort((a, b) => a - b))
    expect(suspects.length).toBeLessThan(17)
  })
})

test('where it is right, not given or not required, nothing is suspect', async () => {
  expect(await suspectsOf(ACCORD)).toEqual([])
  expect(await suspectsOf('1HGCM826*3A004352')).toEqual([])
  expect(await suspectsOf('WVWZZZ1KZAW000001')).toEqual([])
})
