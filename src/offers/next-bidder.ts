import type { AuctionPolicy, Standing } from '../auctions/engine/auction.ts'
import { replayWithout } from '../auctions/engine/proxy.ts'
import { type Cents, cents, lowerOf, ZERO_CENTS } from '../lib/money.ts'

/** An accepted bid as it was projected, voided or not. Instants in epoch milliseconds. */
export interface StoredBid {
  /** Its ledger number. */
  readonly number: number
  readonly bidderId: number
  readonly alias: string
  readonly kind: 'max' | 'exact' | 'buy_now'
  readonly offered: Cents
  readonly amount: Cents
  readonly seq: number | null
  readonly at: number
  readonly voidedAt: number | null
}

/** R11: what the reserve became, null where it was dropped. */
export interface StoredReserveChange {
  /** Its ledger number. */
  readonly number: number
  readonly reservePrice: Cents | null
}

export interface EndedBidding {
  /** `reservePrice` as R11 left it. */
  readonly policy: AuctionPolicy
  /** In ledger order. */
  readonly bids: readonly StoredBid[]
  /** In ledger order. */
  readonly reserveChanges: readonly StoredReserveChange[]
  /** The price at the end. */
  readonly price: Cents
}

export interface RankedBidder {
  readonly bidderId: number
  readonly alias: string
  /** The highest of their standing offers: theirs alone to know. */
  readonly maximum: Cents
}

/** Above every amount: R11 changes a reserve only while it is not met, so what it was before does not matter else. */
const UNMET = cents(Number.MAX_SAFE_INTEGER)

const isStanding = ({ voidedAt }: StoredBid): boolean => voidedAt === null

/** Everyone whose bid stands, the highest offer first, among equal ones whoever made theirs first (R7). */
export function rankBidders(bids: readonly StoredBid[]): RankedBidder[] {
  const best = new Map<number, RankedBidder & { number: number }>()
  for (const { bidderId, alias, offered, number } of bids.filter(isStanding)) {
    const before = best.get(bidderId)
    if (before === undefined || offered > before.maximum) {
      best.set(bidderId, { bidderId, alias, maximum: offered, number })
    }
  }
  return [...best.values()]
    .sort((a, b) => b.maximum - a.maximum || a.number - b.number)
    .map(({ number: _, ...ranked }) => ranked)
}

/**
 * M3: the price that R20 would give if every bid of these people were voided.
 * @returns null where nobody's bid is left
 */
export function priceWithout(
  { policy, bids, reserveChanges, price }: EndedBidding,
  bidderIds: ReadonlySet<number>,
): { readonly bidderId: number; readonly price: Cents } | null {
  const standing = withLeaders(bids)
  const voided = new Set(bids.filter(({ bidderId }) => bidderIds.has(bidderId)).map(({ number }) => number))
  const items = [...standing, ...reserveChanges.map(describeReserve)].sort((a, b) => a.number - b.number)
  const reservePrice = reserveChanges.length === 0 ? policy.reservePrice : UNMET
  const nothing = { leader: null, price: ZERO_CENTS }
  const contest = replayWithout(
    { ...policy, reservePrice },
    items.map(({ item }) => item),
    voided,
    nothing,
  )
  if (contest.leader === null) return null
  return { bidderId: contest.leader.bidderId, price: lowerOf(contest.price, price) }
}

interface Numbered {
  readonly number: number
  readonly item: Standing
}

const describeReserve = ({ number, reservePrice }: StoredReserveChange): Numbered => ({
  number,
  item: { type: 'reserve', reservePrice },
})

/**
 * The standing bids as the engine replays them. Whether a bidder led when they bid is not stored: the leader is whoever
 * first made the highest offer among the bids that were there and not voided then.
 */
function withLeaders(bids: readonly StoredBid[]): Numbered[] {
  let leader: StoredBid | null = null
  return bids.flatMap((bid, index) => {
    if (leader !== null && isGone(leader, bid.at)) leader = leaderAmong(bids.slice(0, index), bid.at)
    const whileLeading = leader?.bidderId === bid.bidderId
    if (leader === null || bid.offered > leader.offered) leader = bid
    if (!isStanding(bid)) return []
    const { at: _, voidedAt: __, ...stored } = bid
    return [{ number: bid.number, item: { type: 'bid', ...stored, whileLeading } }]
  })
}

const isGone = ({ voidedAt }: StoredBid, at: number): boolean => voidedAt !== null && voidedAt <= at

function leaderAmong(bids: readonly StoredBid[], at: number): StoredBid | null {
  let leader: StoredBid | null = null
  for (const bid of bids) {
    if (!isGone(bid, at) && (leader === null || bid.offered > leader.offered)) leader = bid
  }
  return leader
}
