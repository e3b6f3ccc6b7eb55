import { setTimeout as sleep } from 'node:timers/promises'
import { type Cents, cents } from '../../../src/lib/money.ts'
import type { DecisionAnswer, DecisionStage } from '../../../src/offers/decision.ts'
import type { Person } from '../clients/person.ts'
import type { Random } from '../random.ts'
import { type Act, type OfferAnswer, offerBy } from './act.ts'
import type { DecisionRow, Negotiator } from './negotiator.ts'

const ACCEPT: DecisionAnswer = { action: 'accept' }
const DECLINE: DecisionAnswer = { action: 'decline' }
const PAUSE_MAX_MS = 2_000
/** From when to when an answer comes that is about late, by its deadline. */
const LATE_MS: readonly [number, number] = [-300, 1_500]
const ABOVE_MAX = 50_000

export interface DecisionTalkParts {
  readonly negotiator: Negotiator
  readonly decision: DecisionRow
  readonly seller: Person
  readonly personOf: (userId: number) => Person
  readonly random: Random
}

/** What seller and high bidder of one auction do after it ended below its reserve. */
export class DecisionTalk {
  readonly random: Random
  readonly #parts: DecisionTalkParts

  constructor(parts: DecisionTalkParts) {
    this.#parts = parts
    this.random = parts.random
  }

  seller(answer: DecisionAnswer): Promise<Act> {
    return this.#decide(this.#parts.seller, answer)
  }

  bidder(answer: DecisionAnswer): Promise<Act> {
    const { personOf, decision } = this.#parts
    return this.#decide(personOf(decision.bidder_id), answer)
  }

  /** The seller's counter: above the high bid. */
  counter(): DecisionAnswer & { amount: Cents } {
    const { high_bid_cents } = this.#parts.decision
    return { action: 'counter', amount: cents(high_bid_cents + this.random.int(2, ABOVE_MAX)) }
  }

  /** The bidder's: above the high bid and below the seller's. */
  counterBelow({ amount }: { amount: Cents }): DecisionAnswer {
    const { high_bid_cents } = this.#parts.decision
    return { action: 'counter', amount: cents(this.random.int(high_bid_cents + 1, amount - 1)) }
  }

  /** Nobody answers any more, and the deadline passes while something is away. @returns it */
  lapse(stage: DecisionStage): Promise<number> {
    return this.#parts.negotiator.moveDecision(this.#parts.decision, stage)
  }

  /** M3. @returns the next bidder's part; null where there is nobody */
  async secondChance(): Promise<{
    answer: (answer: OfferAnswer) => Promise<Act>
    lapse: () => Promise<number>
  } | null> {
    const { negotiator, seller, decision, personOf } = this.#parts
    const { auction_id: auctionId, vehicle_id: vehicleId } = decision
    const act = await negotiator.ask(seller, vehicleId, { kind: 'second chance', auctionId })
    if (!act.isDone) return null
    const offerId = offerBy(act).offer.id
    const { buyer_id } = await negotiator.findOffer(offerId)
    return {
      answer: (answer) => negotiator.ask(personOf(buyer_id), vehicleId, { kind: 'answer', offerId, answer }),
      lapse: () => negotiator.moveOffer(vehicleId, offerId),
    }
  }

  async pause(): Promise<void> {
    await sleep(this.random.int(0, PAUSE_MAX_MS))
  }

  /** Until about a deadline. */
  async waitFor(deadline: number): Promise<void> {
    await sleep(Math.max(0, deadline + this.random.int(...LATE_MS) - Date.now()))
  }

  #decide(person: Person, answer: DecisionAnswer): Promise<Act> {
    const { negotiator, decision } = this.#parts
    const { auction_id: auctionId, vehicle_id } = decision
    return negotiator.ask(person, vehicle_id, { kind: 'decide', auctionId, answer })
  }
}

type Script = readonly [name: string, play: (talk: DecisionTalk) => Promise<unknown>]

async function counterTwice(talk: DecisionTalk): Promise<void> {
  const counter = talk.counter()
  await talk.seller(counter)
  await talk.pause()
  await talk.bidder(talk.counterBelow(counter))
  await talk.pause()
}

async function walkAway(talk: DecisionTalk) {
  await talk.seller(talk.counter())
  await talk.pause()
  await talk.bidder(DECLINE)
  return await talk.secondChance()
}

/** Every run has these. */
const FIRST: readonly Script[] = [
  ['lapsed', (talk) => talk.lapse('seller')],
  [
    'countered, accepted',
    async (talk) => {
      await talk.seller(talk.counter())
      await talk.pause()
      await talk.bidder(ACCEPT)
    },
  ],
  [
    'answered late',
    async (talk) => {
      await talk.waitFor(await talk.lapse('seller'))
      await talk.seller(ACCEPT)
    },
  ],
  [
    'counter lapsed',
    async (talk) => {
      await talk.seller(talk.counter())
      await talk.lapse('bidder')
    },
  ],
]

const OTHERS: readonly Script[] = [
  ['accepted', (talk) => talk.seller(ACCEPT)],
  ['declined', (talk) => talk.seller(DECLINE)],
  [
    'countered twice, accepted',
    async (talk) => {
      await counterTwice(talk)
      await talk.seller(ACCEPT)
    },
  ],
  [
    'countered twice, lapsed',
    async (talk) => {
      await counterTwice(talk)
      await talk.lapse('seller_final')
    },
  ],
  [
    'walked away, second chance accepted',
    async (talk) => (await walkAway(talk))?.answer({ action: 'accept' }),
  ],
  [
    'walked away, second chance rejected',
    async (talk) => (await walkAway(talk))?.answer({ action: 'reject' }),
  ],
  ['walked away, second chance lapsed', async (talk) => (await walkAway(talk))?.lapse()],
  // Two windows: of two answers at once one wins.
  [
    'answered twice at once',
    (talk) =>
      Promise.all(
        talk.random
          .shuffle([ACCEPT, DECLINE, talk.counter()])
          .slice(1)
          .map((a) => talk.seller(a)),
      ),
  ],
  [
    'accepted and declined at once',
    async (talk) => {
      await talk.seller(talk.counter())
      await Promise.all([talk.bidder(ACCEPT), talk.bidder(DECLINE), talk.seller(DECLINE)])
    },
  ],
]

export const DECISION_SCRIPTS = FIRST.length + OTHERS.length

/** One after the other: those that every run has, then all again and again. */
export function* dealDecisionScripts(random: Random): Generator<Script, never> {
  yield* random.shuffle(FIRST)
  yield* random.shuffle(OTHERS)
  for (;;) yield* random.shuffle([...FIRST, ...OTHERS])
}
