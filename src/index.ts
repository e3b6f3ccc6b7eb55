import { createApp } from './app.ts'
import { Room } from './auctions/live/room.ts'
import { type Bindings, createDeps } from './deps.ts'
import { sweep } from './sweeper.ts'
import { PersonObject } from './users/live/person.ts'

export class AuctionRoom extends Room {
  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env, createDeps(env))
  }
}

export class Person extends PersonObject {
  constructor(ctx: DurableObjectState, env: Bindings) {
    super(ctx, env, createDeps(env))
  }
}

export { MetricsObject as Metrics } from './platform/metrics/metrics-object.ts'

const app = createApp(createDeps)

export default {
  fetch: app.fetch,
  async scheduled(_controller, env, ctx) {
    const deps = createDeps(env)
    await sweep(deps, Date.now())
    deps.metrics.flush((work) => ctx.waitUntil(work))
  },
} satisfies ExportedHandler<Bindings>
