import { type ChildProcess, fork } from 'node:child_process'
import { once } from 'node:events'
import { setTimeout as sleep } from 'node:timers/promises'
import { type Order, type Pace, type Report, reportSchema } from './pace.ts'

/** Beyond it nobody could bid in time. What else the machine does must not decide about a verdict: p99 is printed. */
const P99_MAX_MS = 2_000
const BASELINE_MS = 8_000
const ANSWER_WITHIN_MS = 30_000

export type BeginOrder = Extract<Order, { type: 'begin' }>

/** People who bid in an auction that nobody attacks, and how long they wait for their answers. */
export class HonestBidders {
  readonly #child: ChildProcess
  /** The pace with nothing else going on. */
  readonly baseline: Pace

  private constructor(child: ChildProcess, baseline: Pace) {
    this.#child = child
    this.baseline = baseline
  }

  /** Starts them, and measures their pace while nothing else happens. */
  static async start(begin: BeginOrder): Promise<HonestBidders> {
    const child = fork(new URL('./bidders-process.ts', import.meta.url))
    const begun = nextReport(child, 'begun')
    child.send(begin)
    await begun
    // The first bids warm the room up.
    await sleep(1_000)
    await askPace(child)
    await sleep(BASELINE_MS)
    return new HonestBidders(child, await askPace(child))
  }

  /** Their pace since the last time. */
  takePace(): Promise<Pace> {
    return askPace(this.#child)
  }

  async stop(): Promise<void> {
    if (this.#child.exitCode !== null) return
    const exited = once(this.#child, 'exit')
    this.#child.send({ type: 'end' } satisfies Order)
    await Promise.race([exited, sleep(5_000, null, { ref: false })])
    this.#child.kill('SIGKILL')
  }
}

/** Whether they noticed something; and what. */
export function describeHarm({ bids, p99Ms, troubles }: Pace): string[] {
  return [
    ...troubles.slice(0, 5),
    ...(troubles.length > 5 ? [`… ${troubles.length} troubles in all`] : []),
    ...(p99Ms > P99_MAX_MS ? [`p99 ${p99Ms.toFixed(0)} ms, more than ${P99_MAX_MS} ms`] : []),
    ...(bids === 0 ? ['no bid was answered'] : []),
  ]
}

async function askPace(child: ChildProcess): Promise<Pace> {
  const answer = nextReport(child, 'pace')
  child.send({ type: 'report' } satisfies Order)
  const report = await answer
  if (report.type !== 'pace') throw new Error('Another report than the one that was asked for')
  return report.pace
}

function nextReport(child: ChildProcess, type: Report['type']): Promise<Report> {
  return new Promise((resolve, reject) => {
    const settle = (finish: () => void) => {
      clearTimeout(timer)
      child.off('message', read)
      child.off('exit', fail)
      finish()
    }
    const read = (message: unknown) => {
      const report = reportSchema.parse(message)
      if (report.type === type) settle(() => resolve(report))
    }
    const fail = () => settle(() => reject(new Error('The honest bidders’ process ended')))
    const timer = setTimeout(
      () => settle(() => reject(new Error('The honest bidders do not answer'))),
      ANSWER_WITHIN_MS,
    )
    child.on('message', read)
    child.once('exit', fail)
  })
}
