import { setTimeout as sleep } from 'node:timers/promises'
import { cents } from '../../../src/lib/money.ts'
import type { Bidder } from '../clients/bidder.ts'
import { MILEAGE } from '../clients/seller.ts'
import type { Hall } from '../hall.ts'
import { HOUSE_LOTS, type Lot } from '../lots.ts'
import type { Random } from '../random.ts'
import type { Mover } from './mover.ts'

const DOLLAR = 100
const ROUND_MS = 36_000
const GUESTS = 2
const HEARD_WITHIN_MS = 60_000
const LOOK_EVERY_MS = 250
/** A move comes this much of a round before or after its time. */
const JITTER = 0.04

/** One round's auctions, and who comes to be suspended. */
interface Round {
  readonly begunAt: number
  readonly voided: Lot
  readonly bought: Lot
  readonly lowered: Lot
  readonly edited: Lot
  readonly calledOff: Lot
  readonly guests: readonly Bidder[]
}

/** What happens when, in parts of a round. Beside bids these are all the moves that anybody can make. */
const scriptOf = (
  { voided, bought, lowered, edited, calledOff, guests }: Round,
  mover: Mover,
  hall: Hall,
): readonly (readonly [at: number, move: () => Promise<unknown>])[] => {
  const suspend = (index: number) => async () => {
    const guest = guests[index]
    if (guest !== undefined) await mover.suspend(guest, [voided, bought], hall.dataDir)
  }
  const lower = (dollars: number | null) => () =>
    mover.asSeller(lowered, {
      kind: 'lower reserve',
      reservePrice: dollars === null ? null : cents(dollars * DOLLAR),
    })
  return [
    [0.04, () => mover.asSeller(edited, { kind: 'edit', startingPrice: cents(750 * DOLLAR) })],
    [0.1, () => mover.asSeller(calledOff, { kind: 'cancel', by: 'seller', reason: 'not for sale' })],
    [0.22, () => mover.voidOne(voided, 'typing error')],
    [0.26, () => mover.voidOne(bought, 'typing error')],
    [0.3, lower(4_000_000)],
    [0.36, suspend(0)],
    [0.42, lower(3_000_000)],
    [0.5, () => mover.asSeller(lowered, { kind: 'cancel', by: 'seller', reason: 'regretted' })],
    [0.55, () => mover.disclose(voided, { before: MILEAGE, after: MILEAGE + 50_000 })],
    [0.6, () => mover.voidOne(bought, 'second thoughts')],
    [0.66, suspend(1)],
    [0.7, lower(null)],
    [0.8, () => mover.voidOne(voided, 'second thoughts')],
  ]
}

/** Makes a round's auctions and lets people in. */
export async function openRound(hall: Hall): Promise<Round> {
  const begunAt = Date.now()
  const open = (kind: keyof typeof HOUSE_LOTS) => hall.open(HOUSE_LOTS[kind], ROUND_MS, begunAt + ROUND_MS)
  const [voided, bought, lowered, edited, calledOff] = await Promise.all([
    open('voided'),
    open('bought'),
    open('lowered'),
    open('edited'),
    open('calledOff'),
  ])
  for (const lot of [voided, bought, lowered, edited]) hall.joinShort(lot)
  const guests = await hall.inviteGuests(GUESTS, [voided, bought])
  return { begunAt, voided, bought, lowered, edited, calledOff, guests }
}

/** One round after another, beginning with one that was opened before, as long as one fits. */
export async function runRounds(
  hall: Hall,
  mover: Mover,
  random: Random,
  { first, until }: { first: Round; until: number },
): Promise<void> {
  await runRound(hall, mover, random, first)
  while (Date.now() + ROUND_MS < until) await runRound(hall, mover, random, await openRound(hall))
}

/** Where a round is late its moves come at once. What was voided never ends by itself in a run, and is cancelled. */
async function runRound(hall: Hall, mover: Mover, random: Random, round: Round): Promise<void> {
  const { begunAt, voided, bought, guests } = round
  const over = Promise.withResolvers<void>()
  const living = guests.map((guest) => guest.live(over.promise))
  try {
    await Promise.all(
      scriptOf(round, mover, hall).map(async ([at, move]) => {
        const jitter = (random.next() - 0.5) * 2 * JITTER
        await sleep(Math.max(0, begunAt + (at + jitter) * ROUND_MS - Date.now()))
        await move()
      }),
    )
    await sleep(Math.max(0, begunAt + ROUND_MS - Date.now()))
    await Promise.all([voided, bought].map((lot) => untilRefused(hall, lot, guests)))
  } finally {
    over.resolve()
  }
  await Promise.all(living)
  await Promise.all([voided, bought].map((lot) => mover.cancel(lot, 'withdrawn')))
}

/** Until the room has heard of every suspension (its bidders are told `not_eligible`), or is over. */
async function untilRefused(hall: Hall, lot: Lot, guests: readonly Bidder[]): Promise<void> {
  const deadline = Date.now() + HEARD_WITHIN_MS
  const mayStillBid = () =>
    guests.filter(({ person }) => !hall.book.wasRefused(lot.auctionId, person.userId, 'not_eligible'))
  while (hall.openLots.includes(lot) && mayStillBid().length > 0 && Date.now() < deadline) {
    await sleep(LOOK_EVERY_MS)
  }
  if (!hall.openLots.includes(lot)) return
  for (const { person } of mayStillBid()) {
    hall.note(`${person.name} was suspended and could still bid at auction ${lot.auctionId}`)
  }
}
