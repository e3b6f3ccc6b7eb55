import { isDeepStrictEqual } from 'node:util'
import {
  AUCTION_STATUS,
  type Auction,
  type Bid,
  evolve,
  type LedgerEntry,
  type Standing,
} from '../../../src/auctions/engine/auction.ts'
import type { RoomFile } from '../evidence/room-files.ts'

/** The ledger with the state that each of its entries leaves. */
export class History {
  readonly entries: readonly LedgerEntry[]
  /** After each entry. */
  readonly states: readonly Auction[]

  /** @throws Error where the ledger has a gap */
  constructor(entries: readonly LedgerEntry[]) {
    this.entries = entries
    const states: Auction[] = []
    for (const entry of entries) states.push(evolve(states.at(-1) ?? null, entry))
    this.states = states
  }

  get final(): Auction {
    const final = this.states.at(-1)
    if (final === undefined) throw new Error('The ledger is empty')
    return final
  }

  entry(number: number): LedgerEntry | null {
    return this.entries[number - 1] ?? null
  }

  /** The state when `seq` was the last that everyone had been told; the first such. */
  atSeq(seq: number): Auction | null {
    return this.states.find((state) => state.seq === seq) ?? null
  }

  /** Voided bids by number, with the reason and the time. */
  voidings(count = this.entries.length): Map<number, { reason: string; at: number }> {
    const voidings = new Map<number, { reason: string; at: number }>()
    for (const { at, events } of this.entries.slice(0, count)) {
      for (const event of events) {
        if (event.kind === 'bid_voided') voidings.set(event.bidId, { reason: event.reason, at })
      }
    }
    return voidings
  }

  /** R20: the bids that stand after the first `count` entries, and the reserve changes, in their order. */
  standing(count = this.entries.length): Standing[] {
    const voided = this.voidings(count)
    return this.entries.slice(0, count).flatMap(({ number, events: [first], after }): Standing[] => {
      if (first?.kind === 'reserve_lowered') return [{ type: 'reserve', reservePrice: after.reservePrice }]
      if (first === undefined || !('bid' in first) || voided.has(number)) return []
      return [{ type: 'bid', number, seq: first.seq, ...first.bid }]
    })
  }

  /** Entries that are bids of any kind, each with its bid. */
  get bids(): { entry: LedgerEntry; bid: Bid; seq: number | null }[] {
    return this.entries.flatMap((entry) => {
      const [event] = entry.events
      return event !== undefined && 'bid' in event ? [{ entry, bid: event.bid, seq: event.seq }] : []
    })
  }
}

/** Folds a room's ledger, and says where it is no ledger. */
export function readHistory({ entries: stored, cursor }: RoomFile): {
  history: History | null
  problems: string[]
} {
  let history: History
  try {
    history = new History(stored.map(({ entry }) => entry))
  } catch (error) {
    return { history: null, problems: [error instanceof Error ? error.message : String(error)] }
  }
  const problems: string[] = []
  if (history.entries.length === 0) return { history: null, problems: ['the ledger is empty'] }
  for (const [index, { entry, kind, firstSeq, seqCount, snapshot }] of stored.entries()) {
    const seqs = entry.events.flatMap(({ seq }) => seq ?? [])
    if (kind !== entry.events[0]?.kind || firstSeq !== (seqs[0] ?? null) || seqCount !== seqs.length) {
      problems.push(`entry ${entry.number} is not what its columns say`)
    }
    if (snapshot !== null && !isDeepStrictEqual(snapshot, history.states[index])) {
      problems.push(`the snapshot at entry ${entry.number} is not the fold of the ledger`)
    }
  }
  const { number } = history.final
  if (cursor !== number) problems.push(`the projector stands at ${cursor} of ${number}`)
  return { history, problems: [...problems, ...findBrokenRules(history)] }
}

/** The invariants that can be seen in the states alone. */
function findBrokenRules({ entries, states, final }: History): string[] {
  const problems: string[] = []
  for (const [index, state] of states.entries()) {
    const { position, terms } = state
    const before = states[index - 1]
    const entry = entries[index]
    const { leader, price } = position
    if (leader !== null && (leader.maximum < price || price < terms.startingPrice)) {
      problems.push(
        `at entry ${state.number} the maximum ${leader.maximum}, price ${price} and start do not rank`,
      )
    }
    if (before === undefined || entry === undefined) continue
    const kinds = new Set(entry.events.map(({ kind }) => kind))
    if (price < before.position.price && !kinds.has('bid_voided')) {
      problems.push(`the price falls at entry ${state.number}`)
    }
    // While scheduled the seller may move it as they like.
    if (position.endsAt < before.position.endsAt && !kinds.has('edited'))
      problems.push(`the end moves back at entry ${state.number}`)
    // R2: it opens as of its start, and ends as of its end, which both may have passed when it was armed.
    const endsAsArmed =
      kinds.has('ended') && before.lastAt === entries[0]?.at && entry.at === before.position.endsAt
    if (entry.at < before.lastAt && !kinds.has('opened') && !endsAsArmed)
      problems.push(`entry ${state.number} is older than the one before`)
    if (isOver(before)) problems.push(`entry ${state.number} comes after the end`)
  }
  if (!isOver(final)) problems.push(`the ledger ends while the auction is ${final.position.status}`)
  return problems
}

export const isOver = ({ position }: Auction): boolean =>
  position.status === AUCTION_STATUS.ended || position.status === AUCTION_STATUS.cancelled
