import { fetchSimulated } from './database/connections.ts'
import type { Timeline } from './timeline.ts'

/**
 * Runs `work` with the simulated clock, timers and network in the places where the platform has its own, so that what
 * the code bounds by time is bounded here as well.
 */
export async function withSimulatedGlobals<T>(timeline: Timeline, work: () => Promise<T>): Promise<T> {
  const timers = new Map<number, () => void>()
  let lastTimer = 0
  const replacements: [object, string, unknown][] = [
    [Date, 'now', () => timeline.now],
    [globalThis, 'fetch', fetchSimulated],
    [
      globalThis,
      'setTimeout',
      (run: () => void, delayMs = 0) => {
        const id = ++lastTimer
        timers.set(id, timeline.after(delayMs, run))
        return id
      },
    ],
    [
      globalThis,
      'clearTimeout',
      (id: number) => {
        timers.get(id)?.()
        timers.delete(id)
      },
    ],
  ]
  const originals = replacements.map(([owner, name]) => [owner, name, Reflect.get(owner, name)] as const)
  for (const [owner, name, value] of replacements) Reflect.set(owner, name, value)
  try {
    return await work()
  } finally {
    for (const [owner, name, value] of originals) Reflect.set(owner, name, value)
  }
}
