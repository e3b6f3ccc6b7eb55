import { playHistory } from './history.ts'
import type { Sabotage } from './world.ts'

export interface Failure {
  seed: number
  violation: Error
}

export interface Summary {
  failures: Failure[]
  steps: number
  entries: number
}

/** Plays the histories of consecutive seeds, whatever goes wrong in one of them. */
export async function playHistories(
  { first, count, sabotage }: { first: number; count: number; sabotage?: Sabotage },
  onPlayed: (played: number) => void = () => undefined,
): Promise<Summary> {
  const summary: Summary = { failures: [], steps: 0, entries: 0 }
  for (let index = 0; index < count; index++) {
    const seed = first + index
    const { steps, entries, violation } = await playHistory({ seed, ...(sabotage && { sabotage }) })
    summary.steps += steps
    summary.entries += entries
    if (violation !== null) summary.failures.push({ seed, violation })
    onPlayed(index + 1)
  }
  return summary
}
