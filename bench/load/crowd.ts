import { type ChildProcess, fork } from 'node:child_process'
import { join } from 'node:path'
import { readCpuSeconds } from '../stack/process-usage.ts'
import {
  type Answer,
  type ArrivalReport,
  answerSchema,
  type BidReport,
  type Connection,
  type Order,
} from './orders.ts'

const PROGRAM = join(import.meta.dirname, 'crowd-process.ts')
const END_TIMEOUT_MS = 3_000

/** Sockets in a process of their own. */
export class Crowd {
  readonly #child: ChildProcess
  #waiting: { resolve: (answer: Answer) => void; reject: (error: Error) => void } | null = null
  #failure: Error | null = null

  private constructor(child: ChildProcess) {
    this.#child = child
    child.on('message', (message) => {
      const answer = answerSchema.parse(message)
      if (answer.done === 'failed') this.#fail(new Error(answer.message))
      else this.#waiting?.resolve(answer)
    })
    child.on('exit', () => this.#fail(new Error('A process of sockets has ended')))
  }

  /** Starts a process and opens its sockets. */
  static async open(port: number, connections: readonly Connection[]): Promise<Crowd> {
    const crowd = new Crowd(fork(PROGRAM, { serialization: 'advanced' }))
    try {
      await crowd.#order({ do: 'open', port, connections: [...connections] })
    } catch (error) {
      await crowd.close()
      throw error
    }
    return crowd
  }

  /** Seconds of processor time that it has used. */
  get cpuSeconds(): number {
    return readCpuSeconds(this.#child.pid ?? 0) ?? 0
  }

  async begin(): Promise<void> {
    await this.#order({ do: 'begin' })
  }

  flood(forMs: number): Promise<BidReport> {
    return this.#bid({ do: 'flood', forMs })
  }

  pace(bids: number, everyMs: number): Promise<BidReport> {
    return this.#bid({ do: 'pace', bids, everyMs })
  }

  send(bids: number): Promise<BidReport> {
    return this.#bid({ do: 'send', bids })
  }

  async finish(lastSeqs: readonly number[], withinMs: number): Promise<ArrivalReport> {
    const answer = await this.#order({ do: 'finish', lastSeqs: [...lastSeqs], withinMs })
    if (answer.done !== 'finish') throw new Error('The process did not tell what arrived')
    return answer.report
  }

  async close(): Promise<void> {
    if (this.#child.exitCode !== null || this.#child.signalCode !== null) return
    const ended = new Promise<void>((resolve) => this.#child.once('exit', () => resolve()))
    this.#child.send({ do: 'close' })
    const timer = setTimeout(() => this.#child.kill('SIGKILL'), END_TIMEOUT_MS)
    await ended
    clearTimeout(timer)
  }

  async #bid(order: Order): Promise<BidReport> {
    const answer = await this.#order(order)
    if (answer.done !== 'bids') throw new Error('The process did not tell of its bids')
    return answer.report
  }

  async #order(order: Order): Promise<Answer> {
    if (this.#failure !== null) throw this.#failure
    if (this.#waiting !== null) throw new Error('One order at a time')
    const answered = Promise.withResolvers<Answer>()
    this.#waiting = answered
    this.#child.send(order)
    try {
      return await answered.promise
    } finally {
      this.#waiting = null
    }
  }

  #fail(error: Error): void {
    this.#failure ??= error
    this.#waiting?.reject(this.#failure)
  }
}
