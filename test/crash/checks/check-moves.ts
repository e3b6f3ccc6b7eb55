import type { AuctionEvidence } from '../evidence/evidence.ts'
import type { Move, MoveKind } from '../house/moves.ts'
import { type History, isOver } from './history.ts'
import { countMade, SUSPENDED_REASON } from './house-commands.ts'

/** Refusals that a run can bring about; any other is a defect. */
const EXPECTED_CODES: Record<MoveKind['kind'], readonly string[]> = {
  'lower reserve': ['reserve_locked', 'ended', 'cancelled', 'wrong_status'],
  edit: ['wrong_status', 'ended'],
  void: ['not_voidable', 'ended'],
  disclose: ['ended', 'wrong_status'],
  cancel: ['has_bids', 'ended', 'cancelled'],
}

/** What sellers and admins were told is done is in the ledger, once; and no suspended person bids on (R18). */
export function checkMoves(evidence: AuctionEvidence, history: History): string[] {
  const { moves, suspended } = evidence
  return [
    ...moves.flatMap((move) => checkMove(move, history)),
    ...suspended.flatMap((userId) => checkSuspension(userId, evidence, history)),
  ]
}

function checkMove(move: Move, history: History): string[] {
  const { what, answer, lost, isDone } = move
  const name = describe(what)
  if (answer === null) return [`${name} was never answered`]
  const made = countMade(what, history)
  if (made > 1) return [`${name} was done ${made} times`]
  if (isDone) {
    const isThere = made === 1 || isPastRoom(move, history)
    return isThere ? [] : [`${name} was answered as done and is not in the ledger`]
  }
  if (!EXPECTED_CODES[what.kind].includes(answer)) return [`${name} was refused as ${answer}`]
  // Refused only after it was done, the answer to which was lost.
  return made === 0 || lost > 0 ? [] : [`${name} was refused as ${answer} and is in the ledger`]
}

/** M12: once the auction is over, an admin changes the vehicle alone. */
export const isPastRoom = ({ what, answeredAt }: Move, { entries, final }: History): boolean =>
  what.kind === 'disclose' && isOver(final) && answeredAt >= (entries.at(-1)?.at ?? 0)

function checkSuspension(userId: number, { offers }: AuctionEvidence, history: History): string[] {
  const problems: string[] = []
  const standing = history.standing().some((item) => item.type === 'bid' && item.bidderId === userId)
  const fell = history.entries.find(({ events }) =>
    events.some(
      (event) =>
        event.kind === 'bid_voided' && event.bidderId === userId && event.reason === SUSPENDED_REASON,
    ),
  )
  // Whoever is told so while it is active has no bid any more; else it may be over before the room heard.
  const isHeard = offers.some(
    ({ userId: bidderId, verdict }) =>
      bidderId === userId && verdict?.accepted === false && verdict.code === 'not_eligible',
  )
  if (standing && (isHeard || fell !== undefined)) {
    problems.push(`person ${userId} was suspended and their bids stand`)
  }
  for (const { entry, bid } of history.bids) {
    if (bid.bidderId !== userId || fell === undefined || entry.number < fell.number) continue
    problems.push(`person ${userId} was suspended before bid ${entry.number}`)
  }
  return problems
}

const describe = (what: MoveKind): string => JSON.stringify(what)
