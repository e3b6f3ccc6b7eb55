import type { World } from '../world.ts'
import type { DatabaseServer } from './server.ts'
import { type Reply, type Session, vitessError } from './wire-format.ts'

export interface HttpAnswer {
  ok: boolean
  status: number
  statusText: string
  text(): Promise<string>
}

/** Resolves with what came over HTTP, or rejects as `fetch` does. */
export type Settle = (outcome: { answer: HttpAnswer } | { error: Error }) => void

const LATE_MS = 40_000

/** The way to the database and back, on which everything may be lost, or come late. */
export class Wire {
  readonly #world: World
  readonly #server: DatabaseServer

  constructor(world: World, server: DatabaseServer) {
    this.#world = world
    this.#server = server
  }

  send(statement: string, session: Session, settle: Settle): void {
    const { weather, random, timeline } = this.#world
    const execute = (reply: (reply: Reply) => void = () => undefined) =>
      this.#server.execute(statement, session, reply)
    const answer = (reply: Reply) => this.#world.soon(() => settle({ answer: httpAnswer(reply) }))
    const refuse = () => this.#world.soon(() => settle({ error: new TypeError('fetch failed') }))
    const fault = this.#fault()
    if (fault !== null) {
      this.#world.faultAt = this.#world.now
      this.#world.note('database', () => `${fault}: ${statement.slice(0, 60)}`)
    }
    switch (fault) {
      case null:
        timeline.after(random.between(0, weather.latencyMs), () => execute(answer))
        return
      case 'refuse':
        refuse()
        return
      case 'hang':
        return
      case 'lose answer':
        this.#world.soon(() => {
          execute()
          if (random.chance(0.5)) refuse()
        })
        return
      case 'arrive late':
        timeline.after(random.between(1_000, LATE_MS), () => execute(answer))
        return
      case 'deadlock':
        this.#world.soon(() => {
          this.#server.undo(session)
          answer({ session: { transaction: null }, error: vitessError('ABORTED', 'Deadlock found', 1213) })
        })
        return
      case 'fail over':
        this.#world.soon(() =>
          answer({
            session,
            error: vitessError('UNAVAILABLE', 'primary is not serving, reparent in progress'),
          }),
        )
        return
      case 'gateway error':
        this.#world.soon(() => {
          if (random.chance(0.5)) execute()
          settle({ answer: { ok: false, status: 502, statusText: 'Bad Gateway', text: async () => '' } })
        })
    }
  }

  #fault() {
    const { weather, random } = this.#world
    switch (weather.database) {
      case 'up':
        return weather.callFault()
      case 'refusing':
        return 'refuse'
      case 'hanging':
        return random.pick(['hang', 'arrive late', 'arrive late', 'lose answer'] as const)
      case 'failing over':
        return 'fail over'
    }
  }
}

function httpAnswer(reply: Reply): HttpAnswer {
  const text = JSON.stringify(reply)
  return { ok: true, status: 200, statusText: 'OK', text: async () => text }
}
