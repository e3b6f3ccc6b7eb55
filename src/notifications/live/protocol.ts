import * as z from 'zod'
import { notificationSchema } from '../schemas.ts'

export const SUBPROTOCOL = 'me.v1'

/**
 * Every frame of the stream. The first one is `unread`: from there on everything that comes is told, and what came
 * before is in the list.
 */
export const streamFrameSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('notification'), notification: notificationSchema }),
  z.object({ type: z.literal('unread'), count: z.int() }),
  z.object({ type: z.literal('error'), code: z.string(), message: z.string() }),
])
export type StreamFrame = z.output<typeof streamFrameSchema>

/** The text of a frame, made once however many sockets receive it. */
export const serializeFrame = (frame: StreamFrame): string =>
  JSON.stringify(z.encode(streamFrameSchema, frame))

/** What the Worker tells a person's object of a connection that it lets through. */
export const connectionSchema = z.object({
  userId: z.int().positive(),
  requestId: z.string(),
  jti: z.string(),
  expiresAtMs: z.number(),
  sessionUntilMs: z.number(),
})
export type ConnectionClaims = z.output<typeof connectionSchema>

/** How a person's object tells the Worker why it lets a connection not in. */
export const REFUSAL_STATUS = { ticket_not_good: 401, too_many_sockets: 429 } as const
export type StreamRefusal = keyof typeof REFUSAL_STATUS
