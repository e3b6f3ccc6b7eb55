import type { EpochMs } from '../../src/auctions/engine/auction.ts'
import type { Logger } from '../../src/platform/logger.ts'
import type { Random } from './random.ts'
import { Timeline } from './timeline.ts'
import { Weather } from './weather.ts'

export const BEGINNING = Date.UTC(2027, 0, 4, 15)
/** Of all rooms within one step, in which no time passes. */
const STATEMENTS_MAX = 100_000

/** Something that the rules do not allow has happened. */
export class Violation extends Error {
  override readonly name = 'Violation'
}

/** What a platform says to whom it cannot serve. */
export class PlatformError extends Error {
  override readonly name = 'PlatformError'
  readonly retryable: boolean
  readonly overloaded: boolean

  constructor(message: string, { retryable = false, overloaded = false } = {}) {
    super(message)
    this.retryable = retryable
    this.overloaded = overloaded
  }
}

/** A write that was made to fail. */
export class DiskFailure extends Error {
  override readonly name = 'DiskFailure'
}
/** What the room's own code threw, as the caller of a method sees it. */
export class RemoteError extends Error {
  readonly remote = true
}

/** Breaks a promise of the platform, so that it can be seen that the checks notice. */
export type Sabotage = 'leaky gate' | 'lost alarms' | 'lost rows' | 'refused rows' | 'lost frames'

/** What all parts of one history share: time, chance, faults, and a record of what happened. */
export class World {
  readonly random: Random
  readonly timeline = new Timeline(BEGINNING)
  readonly weather: Weather
  readonly sabotage: Sabotage | null
  /** The first thing that went wrong. */
  violation: Error | null = null
  /** When something was last made to fail. */
  faultAt: EpochMs = Number.NEGATIVE_INFINITY
  readonly #lines: string[] | null
  #counted = { step: 0, statements: 0 }
  /** What MySQL was made to refuse for good and nobody has complained of. */
  readonly #refusals = new Set<string>()
  #lastRefusal = 0

  constructor(random: Random, { sabotage, lines }: { sabotage: Sabotage | null; lines: string[] | null }) {
    this.random = random
    this.weather = new Weather(random)
    this.sabotage = sabotage
    this.#lines = lines
  }

  get now(): EpochMs {
    return this.timeline.now
  }

  /** A room asks its disk; who asks on and on without waiting for anything never comes to an end. */
  countStatement(): void {
    const { steps } = this.timeline
    if (this.#counted.step !== steps) this.#counted = { step: steps, statements: 0 }
    this.#counted.statements += 1
    if (this.#counted.statements > STATEMENTS_MAX) this.violate('A room goes on without end')
  }

  /** A line of the readable history. */
  note(who: string, what: () => string): void {
    this.#lines?.push(`${formatTime(this.now)}  ${who.padEnd(14)} ${what()}`)
  }

  violate(rule: string, detail: unknown = ''): never {
    const violation = new Violation(detail === '' ? rule : `${rule}: ${describe(detail)}`)
    this.fail(violation)
    throw violation
  }

  fail(error: Error): void {
    this.violation ??= error
    this.note('VIOLATION', () => error.message)
  }

  hold(condition: boolean, rule: string, detail: () => unknown = () => ''): void {
    if (!condition) this.violate(rule, detail())
  }

  /** What MySQL says to something that it is made to refuse: by its number whoever complains tells of this one. */
  refuse(): string {
    const refusal = `refusal ${++this.#lastRefusal}`
    this.#refusals.add(refusal)
    return `Out of range value, ${refusal}`
  }

  /**
   * Whether a line that asks for help may be written: not without a fault that explains it. A refusal explains one
   * line, however late it comes: a ROLLBACK that gets no answer is waited for before.
   */
  isErrorExpected(event: string, { error_message }: Record<string, unknown>): boolean {
    const refusal = /refusal \d+/.exec(String(error_message))?.[0]
    if (event === 'projection_stuck' && refusal !== undefined) return this.#refusals.delete(refusal)
    return this.faultAt === this.now
  }

  /** Answers after some milliseconds of the network. */
  soon(run: () => void): void {
    this.timeline.after(this.random.between(0, this.weather.latencyMs), run)
  }

  /** Writes into the history; `onError` is told of lines that ask for help. */
  logger(who: string, onError: (event: string, fields: Record<string, unknown>) => void): Logger {
    const write =
      (level: string) =>
      (event: string, fields: Record<string, unknown> = {}) => {
        this.note(who, () => `${level} ${event} ${JSON.stringify(fields)}`)
        if (level === 'error') onError(event, fields)
      }
    const logger: Logger = {
      debug: write('debug'),
      info: write('info'),
      warn: write('warn'),
      error: write('error'),
      with: () => logger,
    }
    return logger
  }
}

const formatTime = (at: EpochMs): string => {
  const ms = at - BEGINNING
  return `${(ms / 1_000).toFixed(3).padStart(10)} s`
}

const describe = (detail: unknown): string =>
  typeof detail === 'string' ? detail : JSON.stringify(detail, (_, value) => value ?? null)
