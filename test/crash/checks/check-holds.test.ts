import { describe, expect, test } from 'vitest'
import { usd } from '../../engine/sale.ts'
import { checkHolds, type HoldEvidence, owedBy } from './check-holds.ts'
import { soundEvidence } from './evidence-stand.ts'
import { decisionRow, orderRow } from './talk-stand.ts'

const { room } = soundEvidence()
const { auctionId } = room
const last = room.entries.at(-1)?.entry.after
const WINNER = last?.leader?.bidderId ?? 0
const PRICE = Number(last?.price)
const LOSER = WINNER + 1_000

type RoomRow = NonNullable<ReturnType<HoldEvidence['holds']['rooms']['get']>>[number]
type PersonRow = NonNullable<ReturnType<HoldEvidence['holds']['people']['get']>>[number]

const evidence = (
  said: Partial<RoomRow> = {},
  held: Partial<PersonRow> | null = {},
  settled = [auctionId],
  owed = PRICE,
): HoldEvidence => ({
  rooms: [room],
  settled: new Set(settled),
  owed: new Map([[WINNER, PRICE]]),
  holds: {
    rooms: new Map([
      [
        auctionId,
        [
          { bidder_id: WINNER, serial: 4, amount: PRICE, confirmed: 4, ...said },
          { bidder_id: LOSER, serial: 3, amount: 0, confirmed: 3 },
        ],
      ],
    ]),
    people: new Map([
      [
        WINNER,
        held === null ? [] : [{ auction_id: auctionId, serial: 4, amount: PRICE, settled: 0, ...held }],
      ],
      [LOSER, [{ auction_id: auctionId, serial: 3, amount: 0, settled: 0 }]],
    ]),
    accounts: new Map([
      [WINNER, [{ owed_cents: owed }]],
      [LOSER, [{ owed_cents: 0 }]],
    ]),
  },
})

test('M18: owed are unpaid orders, and what binds somebody while the seller decides (M2)', () => {
  const order = orderRow({ buyer_id: WINNER, vehicle_price_cents: usd(100) })
  const decisions = [
    decisionRow({ stage: 'seller' }, 1),
    decisionRow({ stage: 'bidder', sellerCounter: 1_000 }, 1),
    decisionRow({ stage: 'seller_final', sellerCounter: 1_000, bidderCounter: 900 }, 1),
    decisionRow({ stage: 'expired' }, 1),
  ]
  const paid = { ...order, status: 'paid' as const }
  expect(owedBy([order, paid], decisions)).toEqual(new Map([[WINNER, usd(100 + 800 + 900)]]))
})

describe('M18: the check of what is held', () => {
  test('finds nothing where both sides say what the ledger says, or MySQL has taken over', () => {
    expect(checkHolds(evidence())).toEqual([])
    expect(checkHolds(evidence({}, { settled: 1, amount: PRICE + 1 }))).toEqual([])
  })

  test.each([
    ['a report is owed', /3 of 4 is confirmed/, evidence({ confirmed: 3 })],
    ['the room says something else', /the room says/, evidence({ amount: PRICE + 1 })],
    ['too little is held', /held is/, evidence({}, { amount: PRICE - 1 })],
    ['too much is held', /held is/, evidence({}, { amount: PRICE + 1 })],
    ['nothing is held', /knows nothing of it/, evidence({}, null)],
    ['it was released too early', /which it is not/, evidence({}, { settled: 1 }, [])],
    ['an account is old', /takes 0 for owed/, evidence({}, {}, [auctionId], 0)],
    ['the leader was never held for', /nothing was ever held/, evidence({ bidder_id: LOSER })],
  ])('notices where %s', (_what, says, harmed) => {
    expect(checkHolds(harmed).join('\n')).toMatch(says)
  })
})
