import * as z from 'zod'
import type { StreamHost } from '../../users/live/person-stream.ts'

const STATE_KEY = 'stream'
const TICKET_PREFIX = 'ticket:'

/** What must survive hibernation; another version of this code may have written it. */
const stateSchema = z.object({
  /** Ids that were told, or were there when the stream began; null: it has not begun. */
  seen: z.array(z.int()).nullable(),
  /** As it was last told. */
  unread: z.int().nullable(),
  /** Something may have come that could not be read. */
  isBehind: z.boolean(),
  /** When a frame last went to the sockets; epoch milliseconds. */
  toldAtMs: z.number(),
})
export type State = z.output<typeof stateSchema>

const NOT_BEGUN: State = { seen: null, unread: null, isBehind: false, toldAtMs: 0 }

/** Everything that a person's stream stores. */
export class StreamState {
  readonly #kv: StreamHost['kv']

  constructor(kv: StreamHost['kv']) {
    this.#kv = kv
  }

  read(): State {
    const stored = stateSchema.safeParse(this.#kv.get(STATE_KEY))
    return stored.success ? stored.data : NOT_BEGUN
  }

  change(changes: Partial<State>): void {
    this.#kv.put(STATE_KEY, { ...this.read(), ...changes })
  }

  /** The first socket of a new stream came. */
  begin(): void {
    this.#kv.put(STATE_KEY, NOT_BEGUN)
  }

  /** True the first time: a ticket opens one socket. Kept until the ticket has expired by itself. */
  useTicket(jti: string, expiresAtMs: number, now: number): boolean {
    for (const [key, until] of this.#kv.list({ prefix: TICKET_PREFIX })) {
      if (typeof until !== 'number' || until <= now) this.#kv.delete(key)
    }
    const key = TICKET_PREFIX + jti
    if (this.#kv.get(key) !== undefined) return false
    this.#kv.put(key, expiresAtMs)
    return true
  }
}
