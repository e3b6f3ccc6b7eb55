import { z } from 'zod'

/** The frames of either room, as far as the load looks into them. */
const frameSchema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('accepted'), seq: z.number() }),
  z.object({ type: z.literal('rejected'), code: z.string() }),
  z.object({ type: z.literal('event'), seq: z.number() }),
  z.object({ type: z.literal('events'), events: z.array(z.object({ seq: z.number() })).min(1) }),
  z.object({ type: z.enum(['welcome', 'outbid', 'watchers']) }),
])

export type SeenFrame =
  | { readonly kind: 'accepted'; readonly seq: number }
  | { readonly kind: 'rejected'; readonly code: string }
  /** Consecutive events. */
  | { readonly kind: 'events'; readonly first: number; readonly last: number }
  | { readonly kind: 'other' }

const HEAD_BYTES = 64
const KEPT_MAX = 4_096
const PONG_BYTES = 4
const OTHER: SeenFrame = { kind: 'other' }

/** Parses each broadcast once, however many sockets receive it: its head and length tell it from any other. */
export class FrameReader {
  readonly #seen = new Map<string, SeenFrame>()

  /** @throws Error for anything that a room of the contract would not send, a gap among events included */
  read(payload: Buffer): SeenFrame {
    if (payload.length === PONG_BYTES) return OTHER
    const key = payload.toString('latin1', 0, HEAD_BYTES) + payload.length
    const known = this.#seen.get(key)
    if (known !== undefined) return known
    const frame = parse(payload.toString('utf8'))
    if (frame.kind === 'events') {
      if (this.#seen.size >= KEPT_MAX) this.#seen.clear()
      this.#seen.set(key, frame)
    }
    return frame
  }
}

function parse(text: string): SeenFrame {
  const frame = frameSchema.safeParse(JSON.parse(text))
  if (!frame.success) throw new Error(`An unexpected frame: ${text.slice(0, 200)}`)
  switch (frame.data.type) {
    case 'accepted':
      return { kind: 'accepted', seq: frame.data.seq }
    case 'rejected':
      return { kind: 'rejected', code: frame.data.code }
    case 'event':
      return { kind: 'events', first: frame.data.seq, last: frame.data.seq }
    case 'events': {
      const { events } = frame.data
      const first = events[0]?.seq ?? 0
      if (events.some(({ seq }, index) => seq !== first + index)) throw new Error('Events with a gap')
      return { kind: 'events', first, last: first + events.length - 1 }
    }
    default:
      return OTHER
  }
}
