import type { Auction } from '../../../src/auctions/engine/auction.ts'
import { viewEvents, viewPosition } from '../../../src/auctions/engine/view.ts'
import { describeEvent } from '../../../src/auctions/live/protocol.ts'
import type { ClientRecord, Welcome } from '../clients/story.ts'
import { describePosition, describeTold } from '../clients/story.ts'
import type { AuctionEvidence } from '../evidence/evidence.ts'
import type { History } from './history.ts'

/** Each client's record is a story without a gap, of what the ledger has, that ends where the ledger ends. */
export function checkStories({ records, suspended }: AuctionEvidence, history: History): string[] {
  const told = new Map(
    history.entries.flatMap(viewEvents).map((event) => [event.seq, describeTold(describeEvent(event, 0))]),
  )
  const states = Map.groupBy(history.states, ({ seq }) => seq)
  const aliases = new Map(history.bids.map(({ bid }) => [bid.bidderId, bid.alias]))
  return records.flatMap((record) => {
    const problems = [
      ...record.faults,
      ...record.welcomes.flatMap((welcome) => checkWelcome(welcome, record, states, aliases)),
      ...checkSegments(record, told),
      ...checkEnd(record, history.final, suspended),
    ]
    return problems.map((problem) => `${record.client}: ${problem}`)
  })
}

function checkWelcome(
  { seq, position, you }: Welcome,
  { userId }: ClientRecord,
  states: ReadonlyMap<number, readonly Auction[]>,
  aliases: ReadonlyMap<number, string>,
): string[] {
  // Of several with one `seq`, others may see only an edit while scheduled.
  const candidates = states.get(seq) ?? []
  const [first] = candidates
  if (first === undefined) return [`was welcomed at seq ${seq}, which the ledger does not reach`]
  const problems: string[] = []
  if (!candidates.some((state) => describeState(state) === position))
    problems.push(`was welcomed at seq ${seq} with ${position}, the ledger has ${describeState(first)}`)
  if (you === null) return problems
  const isLeading = first.position.leader?.bidderId === userId
  if (userId === null || you.alias !== aliases.get(userId) || you.leading !== isLeading) {
    problems.push(`was welcomed at seq ${seq} as ${you.alias}, ${you.leading ? 'leading' : 'not leading'}`)
  }
  return problems
}

function checkSegments({ segments }: ClientRecord, told: ReadonlyMap<number, string>): string[] {
  const problems: string[] = []
  let last = 0
  for (const { from, events } of segments) {
    if (from.seq < last) problems.push(`the story goes back from seq ${last} to ${from.seq}`)
    last = from.seq
    for (const { seq, text } of events) {
      if (seq !== last + 1) problems.push(`the story goes from seq ${last} to ${seq}`)
      if (text !== told.get(seq)) {
        problems.push(`was told at seq ${seq} ${text}, the ledger has ${told.get(seq) ?? 'nothing'}`)
      }
      last = seq
    }
  }
  return problems
}

function checkEnd(
  { segments, isFinished, isShutOut, userId }: ClientRecord,
  final: Auction,
  suspended: readonly number[],
): string[] {
  if (isShutOut) return userId !== null && suspended.includes(userId) ? [] : ['was let in no more']
  const segment = segments.at(-1)
  if (segment === undefined) return ['never got in']
  const last = segment.events.at(-1)
  const seq = last?.seq ?? segment.from.seq
  if (!isFinished || seq !== final.seq) return [`the story ends at seq ${seq} of ${final.seq}`]
  return []
}

const describeState = ({ position }: Auction): string => {
  const view = viewPosition(position)
  return describePosition({
    status: view.status,
    outcome: view.outcome,
    current_bid: view.currentBid,
    minimum_bid: view.minimumBid,
    high_bidder: view.highBidder,
    bid_count: view.bidCount,
    reserve_met: view.reserveMet,
    ends_at: new Date(view.endsAt),
    extended_count: view.extendedCount,
  })
}
