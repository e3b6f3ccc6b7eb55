import { CHECKS, type Finding } from './checks/check-auction.ts'
import type { Hall } from './hall.ts'
import type { MoveBook } from './house/moves.ts'

const SHOWN_PER_CHECK = 5

/** One line for each auction, and what each check said of it. */
export function printTable(findings: readonly Finding[], print: (line: string) => void): void {
  const rows = findings.map(({ auctionId, evidence, history, problems }) => {
    const position = history?.final.position
    const price = position === undefined ? '?' : (position.price / 100).toFixed(2)
    return [
      String(auctionId),
      evidence.lot.kind.name,
      position?.outcome ?? position?.status ?? '?',
      String(history?.bids.length ?? '?'),
      String(evidence.offers.length),
      String(evidence.records.length),
      String(position?.extendedCount ?? '?'),
      price,
      ...CHECKS.map((check) => (problems[check].length === 0 ? 'ok' : String(problems[check].length))),
    ]
  })
  const header = ['auction', 'kind', 'outcome', 'bids', 'offers', 'clients', 'extended', 'price', ...CHECKS]
  const widths = header.map((title, column) =>
    Math.max(title.length, ...rows.map((row) => row[column]?.length ?? 0)),
  )
  for (const row of [header, widths.map((width) => '-'.repeat(width)), ...rows]) {
    print(
      row
        .map((cell, column) => cell.padEnd(widths[column] ?? 0))
        .join('  ')
        .trimEnd(),
    )
  }
}

/** The first problems of each check of each auction. */
export function printProblems(findings: readonly Finding[], print: (line: string) => void): void {
  for (const { auctionId, evidence, problems } of findings) {
    for (const check of CHECKS) {
      const found = problems[check]
      for (const problem of found.slice(0, SHOWN_PER_CHECK)) {
        print(`auction ${auctionId} (${evidence.lot.kind.name}), ${check}: ${problem}`)
      }
      if (found.length > SHOWN_PER_CHECK) print(`  … and ${found.length - SHOWN_PER_CHECK} more of these`)
    }
  }
}

export interface Tally {
  readonly offers: number
  readonly accepted: number
  /** Sendings without an answer. */
  readonly lost: number
  /** Offers whose id was answered over the socket and over HTTP. */
  readonly overBothDoors: number
  readonly connections: number
  readonly unansweredCloses: number
  readonly gaps: number
}

export function tally({ book, sockets }: Hall): Tally {
  const offers = book.all
  const accepted = offers.filter(({ verdict }) => verdict?.accepted === true)
  return {
    offers: offers.length,
    accepted: accepted.length,
    lost: offers.reduce((sum, { lost }) => sum + lost, 0),
    overBothDoors: offers.filter(({ answers }) => new Set(answers.map(({ door }) => door)).size > 1).length,
    connections: sockets.reduce((sum, { connections }) => sum + connections, 0),
    unansweredCloses: sockets.reduce((sum, { unansweredCloses }) => sum + unansweredCloses, 0),
    gaps: sockets.reduce((sum, { narrator }) => sum + narrator.gaps, 0),
  }
}

export const describeTally = ({
  offers,
  accepted,
  lost,
  overBothDoors,
  connections,
  unansweredCloses,
  gaps,
}: Tally): string =>
  `${offers} offers, ${accepted} accepted, ${lost} answers lost, ${overBothDoors} ids answered over both doors, ` +
  `${connections} connections (${unansweredCloses} closed without an answer), ${gaps} gaps caught up on`

/** What sellers and admins asked, and what came of it. */
export function describeMoves({ moves, suspensions }: MoveBook, findings: readonly Finding[]): string {
  const done = moves.filter(({ isDone }) => isDone).length
  const voided = findings.reduce((sum, { history }) => sum + (history?.voidings().size ?? 0), 0)
  return (
    `${moves.length} moves beside bids: ${done} done, ${moves.length - done} refused, ` +
    `${moves.reduce((sum, { lost }) => sum + lost, 0)} answers lost; ` +
    `${suspensions.length} people suspended, ${voided} bids voided`
  )
}

/** Bids that were in the ledger before the sending whose answer told their bidders. */
export const countRescued = (findings: readonly Finding[]): number =>
  findings
    .flatMap(({ evidence, history }) => evidence.offers.map((offer) => ({ offer, history })))
    .filter(({ offer: { verdict, verdictSentAt }, history }) => {
      const entry = verdict?.accepted ? history?.entry(verdict.bidId) : null
      return entry != null && verdictSentAt !== null && entry.at < verdictSentAt
    }).length
