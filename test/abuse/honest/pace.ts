import { z } from 'zod'

/** How it went for the honest bidders over some time. */
export const paceSchema = z.object({
  bids: z.number(),
  p50Ms: z.number(),
  p99Ms: z.number(),
  worstMs: z.number(),
  /** From sending a bid to the last watcher's seeing it. */
  seenP99Ms: z.number(),
  /** What must not happen to them: bids refused or not answered, sockets closed. */
  troubles: z.array(z.string()),
})
export type Pace = z.output<typeof paceSchema>

/** What the bidders' process is told. */
export const orderSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('begin'),
    port: z.number(),
    auctionId: z.number(),
    bidders: z.array(z.object({ ticket: z.string(), address: z.string() })),
    watcherAddress: z.string(),
    /** What the next bid must at least be. */
    fromDollars: z.number(),
  }),
  /** Asks for the pace since the last time. */
  z.object({ type: z.literal('report') }),
  z.object({ type: z.literal('end') }),
])
export type Order = z.output<typeof orderSchema>

export const reportSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('begun') }),
  z.object({ type: z.literal('pace'), pace: paceSchema }),
])
export type Report = z.output<typeof reportSchema>

/** The value that so large a part of the samples does not exceed. */
export function quantileOf(samples: readonly number[], part: number): number {
  const sorted = [...samples].sort((a, b) => a - b)
  return sorted[Math.min(sorted.length - 1, Math.ceil(sorted.length * part) - 1)] ?? 0
}
