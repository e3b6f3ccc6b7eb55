import type { AuctionEvidence } from '../evidence/evidence.ts'
import { checkAnswers } from './check-answers.ts'
import { checkEngine } from './check-engine.ts'
import { checkMoves } from './check-moves.ts'
import { checkProjection } from './check-projection.ts'
import { checkPublic } from './check-public.ts'
import { checkStories } from './check-stories.ts'
import { checkTalks } from './check-talks.ts'
import { type History, readHistory } from './history.ts'

/** In the order in which they are told. */
export const CHECKS = ['ledger', 'answers', 'engine', 'moves', 'talks', 'mysql', 'stories', 'public'] as const
export type Check = (typeof CHECKS)[number]

export interface Finding {
  readonly auctionId: number
  readonly evidence: AuctionEvidence
  /** null where the ledger is none */
  readonly history: History | null
  readonly problems: Readonly<Record<Check, readonly string[]>>
}

/** Everything that must be true of one auction when all is over. */
export function checkAuction(evidence: AuctionEvidence): Finding {
  const { history, problems: ledger } = readHistory(evidence.room)
  const { auctionId } = evidence.lot
  const without = ['cannot be told without a ledger']
  const judge = (check: (evidence: AuctionEvidence, history: History) => string[]) =>
    history === null ? without : check(evidence, history)
  return {
    auctionId,
    evidence,
    history,
    problems: {
      ledger,
      answers: judge(checkAnswers),
      engine: judge(checkEngine),
      moves: judge(checkMoves),
      talks: judge(checkTalks),
      mysql: judge(checkProjection),
      stories: judge(checkStories),
      public: judge(checkPublic),
    },
  }
}
