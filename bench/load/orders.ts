/** What the bench and the processes that make its load tell each other. */
import { z } from 'zod'

const connectionSchema = z.object({
  path: z.string(),
  protocols: z.array(z.string()),
  /** Which auction of the figure this is a socket of, counted from 0. */
  auction: z.number().int().nonnegative(),
  isBidder: z.boolean(),
})
export type Connection = z.output<typeof connectionSchema>

export const orderSchema = z.discriminatedUnion('do', [
  /** Opens sockets, in this order. */
  z.object({ do: z.literal('open'), port: z.number(), connections: z.array(connectionSchema) }),
  /** From here on arrivals are counted anew. */
  z.object({ do: z.literal('begin') }),
  /** Every bidder sends its next bid once the one before was answered. */
  z.object({ do: z.literal('flood'), forMs: z.number().positive() }),
  /** Bidders take turns, one bid at a time. */
  z.object({ do: z.literal('pace'), bids: z.number().int().positive(), everyMs: z.number().positive() }),
  /** Bidders send so many bids in all, each once the one before was answered. */
  z.object({ do: z.literal('send'), bids: z.number().int().positive() }),
  /** Waits until every socket has seen its auction's last event, and tells what arrived. */
  z.object({ do: z.literal('finish'), lastSeqs: z.array(z.number()), withinMs: z.number().positive() }),
  z.object({ do: z.literal('close') }),
])
export type Order = z.output<typeof orderSchema>

const float64s = z.instanceof(Float64Array)

/** Instants are milliseconds of the system's monotonic clock, which all processes share. */
export const bidReportSchema = z.object({
  accepted: z.number(),
  /** Bids that another one overtook on its way. */
  tooLow: z.number(),
  startedAt: z.number(),
  endedAt: z.number(),
  ackMs: float64s,
  /** Of each accepted bid: its auction, its `seq`, when it was sent. */
  auctions: float64s,
  seqs: float64s,
  sentAt: float64s,
  /** The last `seq` of each auction. */
  lastSeqs: z.array(z.number()),
})
export type BidReport = z.output<typeof bidReportSchema>

export const arrivalReportSchema = z.object({
  /** Events times sockets that got them. */
  deliveries: z.number(),
  frames: z.number(),
  bytes: z.number(),
  lastAt: z.number(),
  /** Sockets that did not see their auction's last event in time. */
  behind: z.number(),
  /** For each auction: the first `seq` of this round, and when each from there on was at the last socket. */
  auctions: z.array(z.object({ firstSeq: z.number(), lastAt: float64s })),
})
export type ArrivalReport = z.output<typeof arrivalReportSchema>

export const answerSchema = z.discriminatedUnion('done', [
  z.object({ done: z.literal('open'), sockets: z.number() }),
  z.object({ done: z.literal('begin') }),
  z.object({ done: z.literal('bids'), report: bidReportSchema }),
  z.object({ done: z.literal('finish'), report: arrivalReportSchema }),
  z.object({ done: z.literal('failed'), message: z.string() }),
])
export type Answer = z.output<typeof answerSchema>
