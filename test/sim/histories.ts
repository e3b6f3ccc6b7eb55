import { playHistory } from './history.ts'
import type { Sabotage } from './world.ts'

export interface Failure {
  seed: number
  violation: Error
}

export interface Summary {
  played: number
  failures: Failure[]
  steps: number
  entries: number
}

/** Past so many there is nothing more to learn. */
const FAILURES_MAX = 20

/** Plays the histories of consecutive seeds, also after one that goes wrong. */
export async function playHistories(
  { first, count, sabotage }: { first: number; count: number; sabotage?: Sabotage },
  onPlayed: (played: number) => void = () => undefined,
): Promise<Summary> {
  const summary: Summary = { played: 0, failures: [], steps: 0, entries: 0 }
  for (let index = 0; index < count; index++) {
    const seed = first + index
    const { steps, entries, violation } = await playHistory({ seed, ...(sabotage && { sabotage }) })
    summary.steps += steps
    summary.entries += entries
    if (violation !== null) summary.failures.push({ seed, violation })
    summary.played += 1
    onPlayed(summary.played)
    if (summary.failures.length >= FAILURES_MAX) break
  }
  return summary
}
