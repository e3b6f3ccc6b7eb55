import type { z } from 'zod'
import { auctionSchema, bidHistorySchema } from '../../../src/auctions/schemas.ts'
import type { Api } from '../clients/api.ts'
import { readAnswer, requestOf } from '../clients/http-door.ts'
import type { Answer, Offer } from '../clients/offers.ts'
import type { Person } from '../clients/person.ts'

const PATIENCE_MS = 60_000
const PER_PAGE = 100
const AT_ONCE = 24
const OK = 200
/** R21 remembers 200 refusals of a bidder; some of these were refused at the same moment as others. */
const REFUSALS_ASKED = 150

export type ShownAuction = z.output<typeof auctionSchema>
export type ShownBid = z.output<typeof bidHistorySchema>['bids'][number]

/** What anybody may see of an auction through the API. */
export interface PublicAnswers {
  readonly auction: ShownAuction
  /** Newest first. */
  readonly bids: readonly ShownBid[]
  readonly bidCount: number
}

/** @throws Error where the API does not answer as its contract says */
export async function readPublicAnswers(api: Api, auctionId: number): Promise<PublicAnswers> {
  const auction = auctionSchema.parse(await read(api, `/api/auctions/${auctionId}`))
  const bids: ShownBid[] = []
  let cursor: string | null = null
  for (;;) {
    const query: string = cursor === null ? '' : `&cursor=${encodeURIComponent(cursor)}`
    const page = bidHistorySchema.parse(
      await read(api, `/api/auctions/${auctionId}/bids?per_page=${PER_PAGE}${query}`),
    )
    bids.push(...page.bids)
    cursor = page.next_cursor
    if (cursor === null) return { auction, bids, bidCount: page.bid_count }
  }
}

async function read(api: Api, path: string): Promise<unknown> {
  const reply = await api.insist({ method: 'GET', path }, Date.now() + PATIENCE_MS)
  if (reply.status !== OK) throw new Error(`${path}: ${reply.status} ${JSON.stringify(reply.body)}`)
  return reply.body
}

/** An offer sent once more when everything was over, and its answer. */
export interface Repetition {
  readonly offer: Offer
  readonly answer: Answer
  /** `Idempotent-Replay: true` */
  readonly replayed: boolean
}

/** Sends every offer that has a verdict once more under its id; of refusals those that must still be remembered. */
export async function repeatOffers(
  offers: readonly Offer[],
  people: ReadonlyMap<number, Person>,
  onProgress: (done: number, of: number) => void,
): Promise<Repetition[]> {
  const wanted = offers.filter(({ verdict }) => verdict?.accepted).concat(rememberedRefusals(offers))
  const repetitions: Repetition[] = []
  const queue = wanted.values()
  const worker = async () => {
    for (const offer of queue) {
      const person = people.get(offer.userId)
      if (person === undefined) throw new Error(`Nobody is ${offer.userId}`)
      const reply = await person.insist(requestOf(offer), Date.now() + PATIENCE_MS)
      repetitions.push({ offer, answer: readAnswer(reply), replayed: reply.replayed })
      onProgress(repetitions.length, wanted.length)
    }
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
  return repetitions
}

function rememberedRefusals(offers: readonly Offer[]): Offer[] {
  const byBidder = Map.groupBy(
    offers.filter(({ verdict }) => verdict?.accepted === false),
    ({ auctionId, userId }) => `${auctionId}/${userId}`,
  )
  return [...byBidder.values()].flatMap((refused) => refused.slice(-REFUSALS_ASKED))
}
