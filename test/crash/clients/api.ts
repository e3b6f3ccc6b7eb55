import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Surprises } from '../surprises.ts'

const TIMEOUT_MS = 4_000
const PAUSE_MS = 250
const PAUSE_MAX_MS = 2_000
const INTERNAL_ERROR = 500
const refusalSchema = z.object({ code: z.string() })

export interface Reply {
  status: number
  body: unknown
  /** `Idempotent-Replay: true` */
  replayed: boolean
}

export interface Request {
  method: 'GET' | 'POST' | 'PATCH'
  path: string
  token?: string
  body?: unknown
  key?: string
  headers?: Readonly<Record<string, string>>
  timeoutMs?: number
}

/** No answer came: what was asked may have happened or not. */
export class LostAnswer extends Error {
  override readonly name = 'LostAnswer'
}

/** One client machine, at an address of its own, as the edge would tell it. */
export class Api {
  readonly url: string
  readonly address: string
  readonly surprises: Surprises

  constructor(url: string, address: string, surprises: Surprises) {
    this.url = url
    this.address = address
    this.surprises = surprises
  }

  /** @throws LostAnswer */
  async call({ method, path, token, body, key, headers, timeoutMs = TIMEOUT_MS }: Request): Promise<Reply> {
    let status: number
    let text: string
    let replayed: boolean
    try {
      const response = await fetch(this.url + path, {
        method,
        headers: {
          ...headers,
          'CF-Connecting-IP': this.address,
          ...(token === undefined ? {} : { Authorization: `Bearer ${token}` }),
          ...(body === undefined ? {} : { 'Content-Type': 'application/json' }),
          ...(key === undefined ? {} : { 'Idempotency-Key': key }),
        },
        ...(body === undefined ? {} : { body: JSON.stringify(body) }),
        signal: AbortSignal.timeout(timeoutMs),
      })
      status = response.status
      replayed = response.headers.get('Idempotent-Replay') === 'true'
      text = await response.text()
    } catch (error) {
      throw new LostAnswer(`${method} ${path}`, { cause: error })
    }
    const reply = { status, body: parseJson(text), replayed }
    if (status >= INTERNAL_ERROR && codeOf(reply) !== 'unavailable') {
      this.surprises.note(`${method} ${path.replace(/\d+/g, ':id')} answered ${status} ${text.slice(0, 200)}`)
    }
    return reply
  }

  /**
   * Asks until somebody answers who means it: an answer that was lost, `unavailable`, `rate_limited` and
   * `in_progress` are asked again, until `deadlineMs` (of `Date.now()`).
   * @throws LostAnswer past the deadline
   */
  async insist(request: Request, deadlineMs: number): Promise<Reply> {
    for (let attempt = 1; ; attempt++) {
      const reply = await this.call(request).catch((error: unknown) => {
        if (error instanceof LostAnswer) return null
        throw error
      })
      if (reply !== null && !mustAskAgain(reply)) return reply
      if (Date.now() > deadlineMs) {
        throw new LostAnswer(`${request.method} ${request.path}: ${attempt} times without an answer`)
      }
      await sleep(Math.min(PAUSE_MAX_MS, PAUSE_MS * attempt))
    }
  }
}

/** The code of a refusal; empty for anything else. */
export function codeOf({ body }: Reply): string {
  const refusal = refusalSchema.safeParse(body)
  return refusal.success ? refusal.data.code : ''
}

/** Nobody has meant this answer: what was asked is to be asked again. */
export const mustAskAgain = (reply: Reply): boolean =>
  reply.status >= INTERNAL_ERROR || ['rate_limited', 'in_progress'].includes(codeOf(reply))

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return undefined
  }
}
