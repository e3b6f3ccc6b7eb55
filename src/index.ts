import { createApp } from './app.ts'
import { type Bindings, createDeps } from './deps.ts'

const app = createApp(createDeps)

export default {
  fetch: app.fetch,
} satisfies ExportedHandler<Bindings>
