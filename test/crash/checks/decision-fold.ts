import type { TalkEvidence } from '../evidence/talk-rows.ts'
import { type Act, decidedBy } from '../talks/act.ts'

const STAGE_MS = 24 * 3_600_000

interface Stage {
  readonly by: 'seller' | 'bidder'
  readonly counter: string | null
  readonly decline: string
}

/** M2, told without the product's code: whose turn each stage is, and where an answer leads. */
const STAGES: Readonly<Record<string, Stage>> = {
  seller: { by: 'seller', counter: 'bidder', decline: 'declined_by_seller' },
  bidder: { by: 'bidder', counter: 'seller_final', decline: 'declined_by_bidder' },
  seller_final: { by: 'seller', counter: null, decline: 'declined_by_seller' },
}

/** What an auction that ended `pending_seller` left to decide. Epoch milliseconds. */
export interface DecisionStart {
  readonly sellerId: number
  readonly bidderId: number
  readonly highBid: number
  readonly endedAt: number
}

/** A stage that was in force, and until when at most. */
export interface Passed {
  readonly stage: string
  readonly by: 'seller' | 'bidder'
  readonly from: number
  readonly to: number
}

/** What a decision came to, by what people were answered and by its deadlines. */
export interface FoldedDecision {
  readonly stage: string
  readonly sellerCounter: number | null
  readonly bidderCounter: number | null
  readonly agreed: number | null
  /** Null once decided. */
  readonly deadlineAt: number | null
  /** Between which instants it was decided; the same one twice where it was silence. Null while open. */
  readonly decided: { readonly from: number; readonly to: number } | null
  readonly passed: readonly Passed[]
  readonly problems: readonly string[]
}

/** Every answer that somebody was told counts, each in the stage that it says it answered; then silence. */
export function foldDecision(talk: TalkEvidence, start: DecisionStart): FoldedDecision {
  const acts = talk.acts.filter(({ what, isDone }) => what.kind === 'decide' && isDone)
  const left = new Set(acts)
  const problems: string[] = []
  const passed: Passed[] = []
  let now: Omit<FoldedDecision, 'passed' | 'problems'> = {
    stage: 'seller',
    sellerCounter: null,
    bidderCounter: null,
    agreed: null,
    deadlineAt: start.endedAt + STAGE_MS,
    decided: null,
  }
  let from = start.endedAt
  for (;;) {
    const rule = STAGES[now.stage]
    if (rule === undefined) break
    const moved = talk.moved.findLast(({ of }) => of.kind === 'decision' && of.stage === now.stage)
    const deadline: number = moved?.at ?? now.deadlineAt ?? 0
    const answers = acts.filter((act) => left.has(act) && stageOf(act, start) === now.stage)
    const [act] = answers
    if (answers.length > 1) problems.push(`${answers.length} answers were done in the stage ${now.stage}`)
    if (act === undefined) {
      const isOver = deadline <= talk.readAt
      passed.push({ stage: now.stage, by: rule.by, from, to: isOver ? deadline : talk.readAt })
      now = isOver
        ? { ...now, stage: 'expired', deadlineAt: null, decided: { from: deadline, to: deadline } }
        : { ...now, deadlineAt: deadline }
      break
    }
    left.delete(act)
    const step = takeStep(now, act, rule, { from, deadline, highBid: start.highBid })
    problems.push(...step.problems)
    passed.push({ stage: now.stage, by: rule.by, from, to: Math.min(act.answeredAt, deadline) })
    now = step.after
    from = step.at
  }
  for (const act of left) problems.push(`${act.name} was answered as done when it was not its turn`)
  return { ...now, passed, problems }
}

/** Which stage an act answered: whoever's it is, before or after the bidder's counter. */
function stageOf(act: Act, { sellerId }: DecisionStart): string {
  if (act.userId !== sellerId) return 'bidder'
  return decidedBy(act).decision.bidder_counter === null ? 'seller' : 'seller_final'
}

function takeStep(
  before: Omit<FoldedDecision, 'passed' | 'problems'>,
  act: Act,
  rule: Stage,
  { from, deadline, highBid }: { from: number; deadline: number; highBid: number },
) {
  const { what } = act
  if (what.kind !== 'decide') throw new Error(`${act.name} is no answer`)
  const { decision, order_id } = decidedBy(act)
  const problems: string[] = []
  const asked = before.bidderCounter ?? before.sellerCounter
  const { action } = what.answer
  const counter = what.answer.action === 'counter' ? what.answer.amount : null
  const stage = action === 'accept' ? 'sold' : action === 'decline' ? rule.decline : (rule.counter ?? 'none')
  const isOpen = stage in STAGES
  // An answer that opens the next stage tells its own instant by that stage's end.
  const told = decision.deadline_at === null ? null : decision.deadline_at.getTime() - STAGE_MS
  const earliest = Math.max(from, told ?? act.sentAt)
  const latest = Math.min(told ?? act.answeredAt, deadline - 1)
  if (earliest > latest) problems.push(`${act.name} was done, and the stage's time was over at ${deadline}`)
  if (told !== null && (told < act.sentAt || told > act.answeredAt))
    problems.push(
      `${act.name} was judged as of ${told}, sent at ${act.sentAt}, answered at ${act.answeredAt}`,
    )
  const after = {
    stage,
    sellerCounter: before.stage === 'seller' && counter !== null ? counter : before.sellerCounter,
    bidderCounter: before.stage === 'bidder' && counter !== null ? counter : before.bidderCounter,
    agreed: action === 'accept' ? (asked ?? highBid) : null,
    deadlineAt: isOpen ? (told ?? 0) + STAGE_MS : null,
    decided: isOpen ? null : { from: earliest, to: latest },
  }
  const facts: [string, unknown, unknown][] = [
    ['high bid', decision.high_bid, highBid],
    ['stage', decision.stage, after.stage],
    ['seller’s counter', decision.seller_counter, after.sellerCounter],
    ['bidder’s counter', decision.bidder_counter, after.bidderCounter],
    ['price', decision.agreed_price, after.agreed],
    ['order', order_id !== null, action === 'accept'],
  ]
  for (const [fact, found, expected] of facts) {
    if (found !== expected)
      problems.push(`${act.name} was answered with ${fact} ${found}, expected ${expected}`)
  }
  return { after, at: told ?? earliest, problems }
}
