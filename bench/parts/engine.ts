import { join } from 'node:path'
import { z } from 'zod'
import { runOnce } from '../load/once.ts'
import { median } from '../load/statistics.ts'

const PROGRAM = join(import.meta.dirname, '../load/engine-process.ts')
const TIMEOUT_MS = 120_000

const figureSchema = z.object({ earlierBids: z.number(), commandsPerSecond: z.number() })
export type EngineFigure = z.output<typeof figureSchema>

/** `decide` and `evolve` on one core, after so many bids; the median over `rounds` processes. */
export async function measureEngine(
  histories: readonly number[],
  rounds: number,
  forMs: number,
): Promise<EngineFigure[]> {
  const runs: EngineFigure[][] = []
  for (let round = 0; round < rounds; round++) {
    runs.push(await runOnce(PROGRAM, { histories, forMs }, z.array(figureSchema), TIMEOUT_MS))
  }
  return histories.map((earlierBids, index) => ({
    earlierBids,
    commandsPerSecond: median(runs.map((run) => run[index]?.commandsPerSecond ?? Number.NaN)),
  }))
}
