import { setTimeout as sleep } from 'node:timers/promises'
import { cents } from '../../../src/lib/money.ts'
import type { Person } from '../clients/person.ts'
import type { Random } from '../random.ts'
import { type Act, type OfferAnswer, offerBy } from './act.ts'
import type { Negotiator } from './negotiator.ts'

/** Cents. */
const [LOW, LOWER, HIGHER, HIGH] = [500_000, 600_000, 800_000, 900_000]
const PAUSE_MAX_MS = 2_000
/** From when to when an answer comes that is about late, by its deadline. */
const LATE_MS: readonly [number, number] = [-300, 1_500]

export interface OfferTalkParts {
  readonly negotiator: Negotiator
  readonly vehicleId: number
  readonly seller: Person
  /** Two of them. */
  readonly buyers: readonly [Person, Person]
  readonly random: Random
}

/** A round as the scripts go on from it; null where it could not be made. */
type Round = number | null

/** What seller and buyers of one listing do. */
export class OfferTalk {
  readonly random: Random
  readonly seller: Person
  readonly buyers: readonly [Person, Person]
  readonly #parts: OfferTalkParts

  constructor(parts: OfferTalkParts) {
    this.#parts = parts
    this.random = parts.random
    this.seller = parts.seller
    this.buyers = parts.buyers
  }

  /** `amount` in cents. */
  async offer(buyer: Person, amount = this.random.int(LOW, HIGH)): Promise<Round> {
    const { negotiator, vehicleId } = this.#parts
    return roundOf(await negotiator.ask(buyer, vehicleId, { kind: 'offer', amount: cents(amount) }))
  }

  /** @returns the counter where it is one */
  async answer(person: Person, offerId: Round, answer: OfferAnswer): Promise<Round> {
    if (offerId === null) return null
    const { negotiator, vehicleId } = this.#parts
    return roundOf(await negotiator.ask(person, vehicleId, { kind: 'answer', offerId, answer }))
  }

  /** `amount` in cents. */
  counter(person: Person, offerId: Round, amount: number): Promise<Round> {
    return this.answer(person, offerId, { action: 'counter', amount: cents(amount) })
  }

  /** Nobody answers it, and its deadline passes while something is away. @returns it */
  async lapse(offerId: Round): Promise<number> {
    return offerId === null ? 0 : await this.#parts.negotiator.moveOffer(this.#parts.vehicleId, offerId)
  }

  async pause(): Promise<void> {
    await sleep(this.random.int(0, PAUSE_MAX_MS))
  }

  /** Until about a deadline. */
  async waitFor(deadline: number): Promise<void> {
    await sleep(Math.max(0, deadline + this.random.int(...LATE_MS) - Date.now()))
  }
}

const roundOf = (act: Act): Round => (act.isDone ? offerBy(act).offer.id : null)

type Script = readonly [name: string, play: (talk: OfferTalk) => Promise<unknown>]

const FIRST: readonly Script[] = [
  ['lapsed', async (talk) => talk.lapse(await talk.offer(talk.buyers[0]))],
  [
    'countered three times, accepted',
    async (talk) => {
      const [buyer] = talk.buyers
      const first = await talk.counter(talk.seller, await talk.offer(buyer, LOW), HIGH)
      await talk.pause()
      const second = await talk.counter(buyer, first, LOWER)
      await talk.pause()
      const third = await talk.counter(talk.seller, second, HIGHER)
      await talk.answer(buyer, third, { action: 'accept' })
    },
  ],
  [
    'of two one accepted',
    async (talk) => {
      const [mine, theirs] = await Promise.all(talk.buyers.map((buyer) => talk.offer(buyer)))
      await talk.pause()
      // In two windows at once.
      await Promise.all(
        [mine, theirs].map((round) => talk.answer(talk.seller, round ?? null, { action: 'accept' })),
      )
    },
  ],
]

const OTHERS: readonly Script[] = [
  [
    'accepted',
    async (talk) => talk.answer(talk.seller, await talk.offer(talk.buyers[0]), { action: 'accept' }),
  ],
  [
    'rejected',
    async (talk) => talk.answer(talk.seller, await talk.offer(talk.buyers[0]), { action: 'reject' }),
  ],
  [
    'withdrawn while it is accepted',
    async (talk) => {
      const round = await talk.offer(talk.buyers[0])
      await Promise.all([
        talk.answer(talk.buyers[0], round, { action: 'withdraw' }),
        talk.answer(talk.seller, round, { action: 'accept' }),
      ])
    },
  ],
  [
    'answered late',
    async (talk) => {
      const round = await talk.offer(talk.buyers[0])
      await talk.waitFor(await talk.lapse(round))
      await talk.answer(talk.seller, round, { action: 'accept' })
    },
  ],
  [
    'counter lapsed, another accepted',
    async (talk) => {
      const [buyer, rival] = talk.buyers
      const counter = await talk.counter(talk.seller, await talk.offer(buyer, LOWER), HIGH)
      await talk.waitFor(await talk.lapse(counter))
      await talk.answer(talk.seller, await talk.offer(rival), { action: 'accept' })
    },
  ],
  [
    'accepted and countered at once',
    async (talk) => {
      const round = await talk.offer(talk.buyers[0], LOWER)
      await Promise.all([
        talk.answer(talk.seller, round, { action: 'accept' }),
        talk.counter(talk.seller, round, HIGHER),
      ])
    },
  ],
]

export const OFFER_SCRIPTS = FIRST.length + OTHERS.length

/** One after the other: those that every run has, then all again and again. */
export function* dealOfferScripts(random: Random): Generator<Script, never> {
  yield* random.shuffle(FIRST)
  yield* random.shuffle(OTHERS)
  for (;;) yield* random.shuffle([...FIRST, ...OTHERS])
}
