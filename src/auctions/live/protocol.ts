import * as z from 'zod'
import { FRAME_MAX_BYTES } from '../../lib/live-protocol.ts'
import { dollars, dollarsOrZero } from '../../lib/money.ts'
import { isoTime } from '../../lib/time.ts'
import { AUCTION_STATUS, OUTCOME } from '../engine/auction.ts'
import type { EventView } from '../engine/view.ts'
import { auctionSchema } from '../schemas.ts'
import type { Offer, RefusalCode } from './contract.ts'

export const PROTOCOL_VERSION = 1
export const SUBPROTOCOL = 'auction.v1'
export {
  CLOSE,
  type CloseCode,
  CONNECTION_HEADER,
  FRAME_MAX_BYTES,
  PING,
  PONG,
  TICKET_PREFIX,
} from '../../lib/live-protocol.ts'

/** How a room tells the Worker why it lets a connection not in; the Worker closes it with the code that fits. */
export const ROOM_REFUSAL_STATUS = { not_found: 404, ticket_not_good: 401 } as const

/** What a bidder calls a bid of theirs (R21): 1–64 printable characters. */
export const clientIdSchema = z.string().regex(/^[\x20-\x7e]{1,64}$/, 'Must be 1–64 printable characters')

/** Every code of a refusal, for what is stored and sent. */
export const REFUSAL_CODES = [
  'not_found',
  'id_reused',
  'rate_limited',
  'unavailable',
  'amount_invalid',
  'cancelled',
  'ended',
  'not_active',
  'own_auction',
  'not_eligible',
  'already_leading',
  'too_low',
  'buying_power',
  'buy_now_gone',
  'has_bids',
  'reserve_locked',
  'not_voidable',
  'wrong_status',
  'validation_failed',
] as const satisfies readonly RefusalCode[]

const envelopeSchema = z.object({ type: z.string(), id: z.unknown().optional() })
/** Exactly one of the two (R8). */
export const amountSchema = z
  .object({ amount: dollars.optional(), max_bid: dollars.optional() })
  .transform(({ amount, max_bid }, context): Offer => {
    if (amount !== undefined && max_bid === undefined) return { kind: 'bid', offer: 'exact', amount }
    if (max_bid !== undefined && amount === undefined) return { kind: 'bid', offer: 'max', amount: max_bid }
    context.issues.push({
      code: 'custom',
      message: 'Must have either amount or max_bid',
      input: { amount, max_bid },
    })
    return z.NEVER
  })
const syncSchema = z.object({ since: z.int().nonnegative() })

export type ErrorFrameCode = 'validation_failed' | 'too_large'

/** A frame of the client. `offer` null: it has an id, but is no well-formed bid (`amount_invalid`). */
export type ClientFrame =
  | { readonly type: 'offer'; readonly id: string; readonly offer: Offer | null }
  | { readonly type: 'sync'; readonly since: number }
  | { readonly type: 'bad'; readonly code: ErrorFrameCode; readonly message: string }

const bad = (message: string, code: ErrorFrameCode = 'validation_failed'): ClientFrame => ({
  type: 'bad',
  code,
  message,
})

/** A character of a string takes one to three bytes: most frames need not be encoded to be measured. */
const CHARACTER_MAX_BYTES = 3
const isTooLarge = (message: string): boolean =>
  message.length * CHARACTER_MAX_BYTES > FRAME_MAX_BYTES &&
  new TextEncoder().encode(message).length > FRAME_MAX_BYTES

/** Parses what a socket sent, once; whatever it is, this answers and never throws. */
export function parseFrame(message: string | ArrayBuffer): ClientFrame {
  if (typeof message !== 'string') return bad('A frame is text')
  if (isTooLarge(message)) return bad(`A frame has at most ${FRAME_MAX_BYTES} bytes`, 'too_large')
  let json: unknown
  try {
    json = JSON.parse(message)
  } catch {
    return bad('A frame is JSON')
  }
  const envelope = envelopeSchema.safeParse(json)
  if (!envelope.success) return bad('A frame is an object with a type')
  const { type, id } = envelope.data
  switch (type) {
    case 'bid':
    case 'buy_now': {
      const clientId = clientIdSchema.safeParse(id)
      if (!clientId.success) return bad('A bid needs an id of 1 to 64 printable characters')
      if (type === 'buy_now') return { type: 'offer', id: clientId.data, offer: { kind: 'buy_now' } }
      const amount = amountSchema.safeParse(json)
      return { type: 'offer', id: clientId.data, offer: amount.success ? amount.data : null }
    }
    case 'sync': {
      const sync = syncSchema.safeParse(json)
      return sync.success ? { type: 'sync', since: sync.data.since } : bad('A sync needs since')
    }
    default:
      return bad('Unknown type of frame')
  }
}

const positionFields = {
  current_bid: dollarsOrZero,
  minimum_bid: dollarsOrZero.nullable(),
  high_bidder: z.string().nullable(),
  bid_count: z.int(),
  reserve_met: z.boolean().nullable(),
  ends_at: isoTime,
  extended_count: z.int(),
  status: z.enum(AUCTION_STATUS),
  outcome: z.enum(OUTCOME).nullable(),
}

const disclosedValue = z.union([z.string(), z.number(), z.null()])

export const eventSchema = z.object({
  seq: z.int(),
  kind: z.enum([
    'opened',
    'bid',
    'extended',
    'reserve_met',
    'reserve_lowered',
    'bought',
    'bid_voided',
    'disclosure_changed',
    'ended',
    'cancelled',
  ]),
  at: isoTime,
  ...positionFields,
  server_time: isoTime,
  bid_id: z.int().optional(),
  bidder: z.string().optional(),
  amount: dollars.optional(),
  reason: z.string().optional(),
  changes: z.array(z.object({ field: z.string(), before: disclosedValue, after: disclosedValue })).optional(),
})
export type EventBody = z.output<typeof eventSchema>
export type EventOnWire = z.input<typeof eventSchema>

/** Every frame that a room sends; `server_time` is the room's clock when it was made. */
export const serverFrameSchema = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('welcome'),
    protocol: z.literal(PROTOCOL_VERSION),
    auction: auctionSchema,
    watchers: z.int(),
  }),
  z.object({
    type: z.literal('accepted'),
    id: z.string(),
    bid_id: z.int(),
    seq: z.int().nullable(),
    leading: z.boolean(),
    your_max: dollars,
    current_bid: dollarsOrZero,
    minimum_bid: dollarsOrZero.nullable(),
    server_time: isoTime,
  }),
  z.object({
    type: z.literal('rejected'),
    id: z.string(),
    code: z.enum([...REFUSAL_CODES, 'unauthenticated']),
    minimum_bid: dollarsOrZero.nullable(),
    server_time: isoTime,
  }),
  eventSchema.extend({ type: z.literal('event') }),
  z.object({ type: z.literal('events'), events: z.array(eventSchema) }),
  z.object({
    type: z.literal('outbid'),
    current_bid: dollarsOrZero,
    minimum_bid: dollarsOrZero.nullable(),
  }),
  z.object({ type: z.literal('watchers'), count: z.int() }),
  z.object({ type: z.literal('error'), code: z.string(), message: z.string() }),
])
export type ServerFrame = z.output<typeof serverFrameSchema>
export type FrameOnWire = z.input<typeof serverFrameSchema>

/** An event as everyone may see it. `serverTime` in epoch milliseconds. */
export function describeEvent(event: EventView, serverTime: number): EventBody {
  return {
    seq: event.seq,
    kind: event.kind,
    at: new Date(event.at),
    current_bid: event.currentBid,
    minimum_bid: event.minimumBid,
    high_bidder: event.highBidder,
    bid_count: event.bidCount,
    reserve_met: event.reserveMet,
    ends_at: new Date(event.endsAt),
    extended_count: event.extendedCount,
    status: event.status,
    outcome: event.outcome,
    server_time: new Date(serverTime),
    ...(event.bidId === undefined ? {} : { bid_id: event.bidId }),
    ...(event.bidder === undefined ? {} : { bidder: event.bidder }),
    ...(event.amount === undefined ? {} : { amount: event.amount }),
    ...(event.reason === undefined ? {} : { reason: event.reason }),
    ...(event.changes === undefined ? {} : { changes: [...event.changes] }),
  }
}

/** One event by itself, several together; `events` also when there is none, as the answer to a `sync`. */
export function describeEvents(events: readonly EventBody[], asAnswer: boolean): ServerFrame {
  const [first] = events
  if (first !== undefined && events.length === 1 && !asAnswer) return { type: 'event', ...first }
  return { type: 'events', events: [...events] }
}
