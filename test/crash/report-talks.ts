import type { ListingFinding } from './checks/check-talks.ts'
import type { CrashResult } from './run.ts'

const SHOWN_PER_LISTING = 5

/** What was negotiated, and how it ended. */
export function describeTalks({ findings, listings, talks, missed }: CrashResult): string[] {
  const decisions = findings.flatMap(({ evidence }) => evidence.talk.decision ?? [])
  const rounds = [...findings, ...listings].flatMap(({ evidence }) => evidence.talk.rounds)
  const { acts, moved } = talks
  const done = acts.filter(({ isDone }) => isDone).length
  return [
    `${decisions.length} decisions: ${countBy(decisions.map(({ stage }) => stage))}`,
    `${listings.length} listings, ${rounds.length} offers and counters: ${countBy(rounds.map(({ status }) => status))}`,
    `${acts.length} answers and offers asked: ${done} done, ${acts.length - done} refused, ` +
      `${acts.reduce((sum, { lost }) => sum + lost, 0)} answers lost; ` +
      `${moved.length} deadlines moved, ${missed} passed while the database or the Worker was away`,
  ]
}

const countBy = (names: readonly string[]): string =>
  [...Map.groupBy(names, (name) => name)].map(([name, { length }]) => `${length} ${name}`).join(', ')

/** The first problems of each listing. */
export function printListingProblems(
  listings: readonly ListingFinding[],
  print: (line: string) => void,
): void {
  for (const { evidence, problems } of listings) {
    const { vehicleId, script } = evidence.listing
    for (const problem of problems.slice(0, SHOWN_PER_LISTING))
      print(`vehicle ${vehicleId} (${script}): ${problem}`)
    if (problems.length > SHOWN_PER_LISTING)
      print(`  … and ${problems.length - SHOWN_PER_LISTING} more of these`)
  }
}
