import { OUTCOME } from '../../../src/auctions/engine/auction.ts'
import type { AuctionEvidence } from '../evidence/evidence.ts'
import type { TalkNotice } from '../evidence/talk-rows.ts'
import type { Act } from '../talks/act.ts'
import { compareRows } from './compare-rows.ts'
import { type DecisionStart, type FoldedDecision, foldDecision } from './decision-fold.ts'
import type { History } from './history.ts'

/** The fold of what was answered about an auction's high bid; null where there was nothing to decide (M2). */
export function foldOf(
  { talk, lot }: Pick<AuctionEvidence, 'talk' | 'lot'>,
  history: History,
): { start: DecisionStart; fold: FoldedDecision } | null {
  const { position, terms } = history.final
  if (position.outcome !== OUTCOME.pendingSeller || position.leader === null) return null
  const start = {
    sellerId: lot.sellerId,
    bidderId: position.leader.bidderId,
    highBid: position.price,
    endedAt: history.entries.at(-1)?.at ?? terms.endsAt,
  }
  return { start, fold: foldDecision(talk, start) }
}

/** M2: each decision was opened by the auction's end and left each stage once, by the answer that was told or by silence. */
export function checkDecision(evidence: AuctionEvidence, history: History): string[] {
  const { talk } = evidence
  const { decision: row } = talk
  const folded = foldOf(evidence, history)
  if (folded === null) {
    const asked = talk.acts.filter(({ what }) => what.kind === 'decide').map(({ name }) => name)
    return [
      ...(row === null ? [] : [`there is a decision, and it ended ${history.final.position.outcome}`]),
      ...asked.map((name) => `${name} was asked where nothing is to be decided`),
    ]
  }
  if (row === null) return ['it ended pending_seller, and there is no decision']
  const { start, fold } = folded
  return [
    ...fold.problems,
    ...checkRow(evidence, start, fold),
    ...checkRefusals(evidence, fold),
    ...compareNotices(
      talk.notices.filter(({ cause }) => cause.startsWith('decision:')),
      noticesOf(evidence.lot.auctionId, start, fold),
    ),
    ...checkAudit(evidence, fold),
  ]
}

function checkRow({ talk, lot }: AuctionEvidence, start: DecisionStart, fold: FoldedDecision): string[] {
  const row = talk.decision
  if (row === null) return []
  const problems = compareRows(
    'the decision',
    {
      auction_id: lot.auctionId,
      vehicle_id: lot.vehicleId,
      seller_id: start.sellerId,
      bidder_id: start.bidderId,
      stage: fold.stage,
      high_bid_cents: start.highBid,
      seller_counter_cents: fold.sellerCounter,
      bidder_counter_cents: fold.bidderCounter,
      agreed_cents: fold.agreed,
      deadline_at: fold.deadlineAt,
      next_attempt_at: fold.deadlineAt,
      created_at: start.endedAt,
    },
    row,
  )
  const decidedAt = row.decided_at?.getTime() ?? null
  const { decided } = fold
  const isRight =
    decided === null
      ? decidedAt === null
      : decidedAt !== null && decided.from <= decidedAt && decidedAt <= decided.to
  if (!isRight) {
    const expected = decided === null ? 'null' : `from ${decided.from} to ${decided.to}`
    problems.push(`the decision has decided_at ${decidedAt}, expected is ${expected}`)
  }
  return problems
}

/** Who was refused had no turn, or it was over. */
function checkRefusals({ talk }: AuctionEvidence, { passed, decided, problems }: FoldedDecision): string[] {
  if (problems.length > 0) return []
  return talk.acts
    .filter(({ what, isDone }) => what.kind === 'decide' && !isDone)
    .flatMap((act) => {
      if (act.reply === null) return [`${act.name} was never answered`]
      const side = act.userId === talk.decision?.seller_id ? 'seller' : 'bidder'
      const isExplained =
        act.code === 'not_your_turn'
          ? passed.some(({ by, from, to }) => by !== side && from <= act.answeredAt && act.sentAt <= to)
          : act.code === 'wrong_status' && decided !== null && decided.from <= act.answeredAt
      return isExplained ? [] : [`${act.name} was refused as ${act.code}`]
    })
}

/** M13: one for each stage, to whoever has to know. */
function noticesOf(
  auctionId: number,
  { sellerId: seller, bidderId: bidder }: DecisionStart,
  { passed, stage: last }: FoldedDecision,
): TalkNotice[] {
  const entered = [...passed.slice(1).map(({ stage }) => stage), ...(isOver(last) ? [last] : [])]
  const answered = passed.at(-1)?.stage
  const told: Readonly<Record<string, readonly (readonly [userId: number, type: string])[]>> = {
    bidder: [[bidder, 'offer_countered']],
    seller_final: [[seller, 'seller_decision_due']],
    sold: [[bidder, 'auction_won'], ...(answered === 'bidder' ? [[seller, 'offer_accepted'] as const] : [])],
    declined_by_seller: [[bidder, answered === 'seller' ? 'auction_lost' : 'offer_rejected']],
    declined_by_bidder: [[seller, 'offer_rejected']],
    expired: [
      [seller, 'offer_expired'],
      [bidder, 'offer_expired'],
    ],
  }
  return entered.flatMap((stage) =>
    (told[stage] ?? []).map(([userId, type]) => ({ userId, type, cause: `decision:${auctionId}:${stage}` })),
  )
}

const isOver = (stage: string): boolean => !['seller', 'bidder', 'seller_final'].includes(stage)

/** Just these, each once. */
export function compareNotices(found: readonly TalkNotice[], expected: readonly TalkNotice[]): string[] {
  const textOf = ({ userId, type, cause }: TalkNotice) => `person ${userId} of ${cause} as ${type}`
  const rest = found.map(textOf)
  const problems: string[] = []
  for (const text of expected.map(textOf)) {
    const index = rest.indexOf(text)
    if (index < 0) problems.push(`nobody told ${text}`)
    else rest.splice(index, 1)
  }
  return [...problems, ...rest.map((text) => `somebody told ${text}, once too often`)]
}

/** M17: what was decided is in the audit log, once. */
function checkAudit({ talk, lot }: AuctionEvidence, { decided, stage }: FoldedDecision): string[] {
  const entries = talk.audits.filter(({ action }) => action === 'auction.decided')
  const expected = decided === null ? 0 : 1
  const problems =
    entries.length === expected
      ? []
      : [`the audit log has auction ${lot.auctionId} decided ${entries.length} times, not ${expected}`]
  for (const { after } of entries) {
    const told = Object(after)
    if (told.stage !== stage || told.outcome !== (stage === 'sold' ? OUTCOME.sold : OUTCOME.unsold)) {
      problems.push(`the audit log has ${JSON.stringify(after)}, expected is ${stage}`)
    }
  }
  return problems
}

/** What a key that was answered is answered again: the same, as a replay. */
export const checkRepeated = (acts: readonly Act[]): string[] =>
  acts.flatMap(({ name, reply, repeated }) => {
    if (repeated === null || reply === null) return []
    const isSame =
      repeated.status === reply.status && JSON.stringify(repeated.body) === JSON.stringify(reply.body)
    if (!isSame) return [`${name} was answered ${describe(reply)}, and ${describe(repeated)} later`]
    return repeated.replayed ? [] : [`${name} was answered again as if it were the first`]
  })

const describe = ({ status, body }: { status: number; body: unknown }): string =>
  `${status} ${JSON.stringify(body)}`
