import { isDeepStrictEqual } from 'node:util'
import type {
  Auction,
  Bidder,
  BidderCommand,
  HouseCommand,
  LedgerEntry,
  Standing,
} from '../../../src/auctions/engine/auction.ts'
import { decide, decideDue } from '../../../src/auctions/engine/decide.ts'
import { firstWithHighest, priceAfterLast, priceOf } from '../../engine/naive.ts'
import type { Offer } from '../clients/offers.ts'
import type { AuctionEvidence } from '../evidence/evidence.ts'
import type { History } from './history.ts'
import { houseCommands } from './house-commands.ts'

/** Looking through all bids again for each bid takes the square of their number. */
const NAIVE_PRICE_MAX_BIDS = 2_500

/**
 * What was sent, in the ledger's order and at its times, given to the pure engine: it must decide the same, entry by
 * entry, and so the same winner and price. Then the rules told without the engine's code must name them too.
 */
export function checkEngine(evidence: AuctionEvidence, history: History): string[] {
  const problems: string[] = []
  const commands = commandsByBidId(evidence)
  const aliases = new Map<number, string>()
  for (const [index, entry] of history.entries.entries()) {
    const before = history.states[index - 1] ?? null
    const house = () => houseCommands(evidence, history, index)
    const decided = decideAgain(before, entry, { commands, aliases, house })
    if (typeof decided === 'string') problems.push(`entry ${entry.number}: ${decided}`)
    else if (!isDeepStrictEqual(decided, entry)) {
      problems.push(
        `entry ${entry.number}: the engine decides ${describe(decided)}, the ledger has ${describe(entry)}`,
      )
    }
    const [event] = entry.events
    if (event !== undefined && 'bid' in event) aliases.set(event.bid.bidderId, event.bid.alias)
  }
  return [...problems, ...checkPlainly(history)]
}

/** What each accepted bid was sent as. */
function commandsByBidId({ offers, room }: AuctionEvidence): Map<number, BidderCommand> {
  const sent = new Map(offers.map((offer) => [`${offer.userId}/${offer.id}`, offer]))
  const commands = new Map<number, BidderCommand>()
  for (const { bidderId, clientId, judgement } of room.verdicts) {
    const offer = sent.get(`${bidderId}/${clientId}`)
    if (offer === undefined || !('accepted' in judgement)) continue
    commands.set(judgement.accepted.bidId, commandOf(offer))
  }
  return commands
}

const commandOf = ({ kind, cents }: Offer): BidderCommand =>
  kind === 'buy_now' || cents === null ? { kind: 'buy_now' } : { kind: 'bid', offer: kind, amount: cents }

interface Asked {
  readonly commands: ReadonlyMap<number, BidderCommand>
  readonly aliases: ReadonlyMap<number, string>
  readonly house: () => readonly HouseCommand[]
}

/** The entry as the engine makes it; a text says why it makes none. */
function decideAgain(
  before: Auction | null,
  entry: LedgerEntry,
  { commands, aliases, house }: Asked,
): LedgerEntry | string {
  const [event] = entry.events
  if (event === undefined) return 'it is empty'
  try {
    if (event.kind === 'armed') {
      const decision = decide(null, null, { kind: 'arm', terms: event.terms }, entry.at)
      return decision.rejected === null ? decision.entry : decision.rejected
    }
    if (before === null) return 'it comes before arming'
    if (event.kind === 'opened' || event.kind === 'ended') {
      return decideDue(before, entry.at) ?? 'nothing was due'
    }
    if (!('bid' in event)) return decideHouseAgain(before, entry, house())
    const { bidderId } = event.bid
    const command = commands.get(entry.number)
    if (command === undefined) return 'nobody sent this bid'
    const alias = aliases.get(bidderId) ?? null
    const bidder: Bidder = { bidderId, sellerProfileId: null, eligible: true, alias }
    const decision = decide(before, bidder, command, entry.at)
    return decision.rejected === null ? decision.entry : `the engine refuses it as ${decision.rejected}`
  } catch (error) {
    return error instanceof Error ? error.message : String(error)
  }
}

/** What sellers and admins asked has no id by which to find it: any of it that makes the entry will do. */
function decideHouseAgain(
  before: Auction,
  entry: LedgerEntry,
  commands: readonly HouseCommand[],
): LedgerEntry | string {
  const decided = commands.flatMap((command) => {
    const decision = decide(before, null, command, entry.at)
    return decision.rejected === null ? decision.entry : []
  })
  return (
    decided.find((candidate) => isDeepStrictEqual(candidate, entry)) ??
    decided.find(({ events }) => events[0]?.kind === entry.events[0]?.kind) ??
    `nobody asked for ${entry.events[0]?.kind}`
  )
}

/** Who first offered the highest maximum leads, at the price that the rules give when told without the engine. */
function checkPlainly(history: History): string[] {
  const { bids, final } = history
  const { leader, price } = final.position
  const standing = history.standing()
  const winner = firstWithHighest(standing)
  const bought = bids.at(-1)?.bid.kind === 'buy_now'
  if (bought) {
    const buyer = bids.at(-1)?.bid
    return buyer?.bidderId === leader?.bidderId && buyer?.offered === price ? [] : ['the buyer does not lead']
  }
  if (winner?.bidderId !== leader?.bidderId) {
    return [`${winner?.alias ?? 'nobody'} offered most first, and ${leader?.alias ?? 'nobody'} leads`]
  }
  if (bids.length > NAIVE_PRICE_MAX_BIDS) return []
  const plain = tellPlainly(history)
  return plain === price ? [] : [`by the plain rules the price is ${plain}, and it is ${price}`]
}

/** The price, entry by entry; at a voiding all that stands is taken from its beginning (R20). */
function tellPlainly({ entries, final: { terms } }: History): number {
  let standing: Standing[] = []
  let price = 0
  for (const { number, events, after } of entries) {
    const [first] = events
    if (first?.kind === 'reserve_lowered')
      standing.push({ type: 'reserve', reservePrice: after.reservePrice })
    else if (first !== undefined && 'bid' in first) {
      standing.push({ type: 'bid', number, seq: first.seq, ...first.bid })
    }
    if (first?.kind === 'reserve_lowered' || (first !== undefined && 'bid' in first)) {
      price = priceAfterLast(terms, standing, price)
    }
    const voided = new Set(events.flatMap((event) => (event.kind === 'bid_voided' ? event.bidId : [])))
    if (voided.size === 0) continue
    standing = standing.filter((item) => item.type !== 'bid' || !voided.has(item.number))
    price = Math.min(priceOf(terms, standing), price)
  }
  return price
}

const describe = ({ at, events, after }: LedgerEntry): string =>
  `${events.map(({ kind, seq }) => `${kind} ${seq}`).join(', ')} at ${at}: price ${after.price}, leader ` +
  `${after.leader?.bidderId ?? 'none'} up to ${after.leader?.maximum ?? 0}, end ${after.endsAt}`
