import { z } from 'zod'
import { createDatabase, type Database } from '../../../src/db/client.ts'
import type { HttpAnswer, Wire } from './wire.ts'

/** Settles a call, unless whoever waits for it is gone. */
export type Answer<T> = (
  settle: (resolve: (value: T) => void, reject: (error: Error) => void) => void,
) => void

/** Whoever calls out: when a call leaves, and whether its answer is heard, is up to them. */
export interface Caller {
  request<T>(send: (answer: Answer<T>) => void): Promise<T>
}

interface Line {
  caller: Caller
  wire: Wire
}

/** Making a `Database` takes long, so they are used again, each by its own host name. */
const pool: Database[] = []
const lines = new Map<string, Line>()

const requestSchema = z.object({
  query: z.string(),
  session: z.object({ transaction: z.int().nullable() }).nullable(),
})

/** The databases of one history, each for one caller. */
export class Connections {
  readonly #wire: Wire
  #used = 0

  constructor(wire: Wire) {
    this.#wire = wire
    lines.clear()
  }

  /** The real client, whose `fetch` ends here. */
  of(caller: Caller): Database {
    const index = this.#used++
    const host = `database-${index}`
    const database = pool[index] ?? createDatabase(`http://sim:sim@${host}/sim`)
    pool[index] = database
    lines.set(host, { caller, wire: this.#wire })
    return database
  }
}

/** What `fetch` is while a history runs. */
export function fetchSimulated(url: string, init: RequestInit): Promise<HttpAnswer> {
  const line = lines.get(new URL(url).hostname)
  if (line === undefined || typeof init.body !== 'string') throw new TypeError(`Nobody answers at ${url}`)
  const { query, session } = requestSchema.parse(JSON.parse(init.body))
  const { signal } = init
  return line.caller.request<HttpAnswer>((answer) => {
    const abort = () => answer((_, reject) => reject(new DOMException('Aborted', 'AbortError')))
    if (signal?.aborted) {
      abort()
      return
    }
    signal?.addEventListener('abort', abort)
    line.wire.send(query, session ?? { transaction: null }, (outcome) => {
      signal?.removeEventListener('abort', abort)
      answer((resolve, reject) => ('answer' in outcome ? resolve(outcome.answer) : reject(outcome.error)))
    })
  })
}
