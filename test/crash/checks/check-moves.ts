import type { AuctionEvidence } from '../evidence/evidence.ts'
import type { Move, MoveKind } from '../house/moves.ts'
import type { History } from './history.ts'
import { countMade } from './house-commands.ts'

/** Refusals that a run can bring about; any other is a defect. */
const EXPECTED_CODES: Record<MoveKind['kind'], readonly string[]> = {
  'lower reserve': ['reserve_locked', 'ended', 'cancelled', 'wrong_status'],
  edit: ['wrong_status', 'ended'],
  void: ['not_voidable', 'ended'],
  disclose: ['ended', 'wrong_status'],
  cancel: ['has_bids', 'ended', 'cancelled'],
}

/** What sellers and admins were told is done is in the ledger, once; and no suspended person bids on (R18). */
export function checkMoves({ moves, suspended }: AuctionEvidence, history: History): string[] {
  return [
    ...moves.flatMap((move) => checkMove(move, history)),
    ...suspended.flatMap((userId) => checkSuspension(userId, history)),
  ]
}

function checkMove(move: Move, history: History): string[] {
  const { what, answer, lost, isDone } = move
  const name = describe(what)
  if (answer === null) return [`${name} was never answered`]
  const made = countMade(what, history)
  if (made > 1) return [`${name} was done ${made} times`]
  if (isDone) return made === 1 ? [] : [`${name} was answered as done and is not in the ledger`]
  if (!EXPECTED_CODES[what.kind].includes(answer)) return [`${name} was refused as ${answer}`]
  // Refused only after it was done, the answer to which was lost.
  return made === 0 || lost > 0 ? [] : [`${name} was refused as ${answer} and is in the ledger`]
}

function checkSuspension(userId: number, history: History): string[] {
  const fell = history.entries.findIndex(({ events }) =>
    events.some(
      (event) => event.kind === 'bid_voided' && event.bidderId === userId && event.reason === 'suspended',
    ),
  )
  // Over before the room had heard, or without a bid of theirs.
  if (fell < 0) return []
  const problems: string[] = []
  if (history.standing().some((item) => item.type === 'bid' && item.bidderId === userId)) {
    problems.push(`person ${userId} was suspended and their bids stand`)
  }
  for (const { entry } of history.bids.filter(
    ({ entry, bid }) => bid.bidderId === userId && entry.number > fell,
  )) {
    problems.push(`person ${userId} was suspended before bid ${entry.number}`)
  }
  return problems
}

const describe = (what: MoveKind): string => JSON.stringify(what)
