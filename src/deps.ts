import { createDatabase } from './db/client.ts'
import { ClerkVerifier } from './external/clerk.ts'
import { parseSettings } from './platform/env.ts'
import { createLogger } from './platform/logger.ts'

/** What the platform hands the Worker: the objects' namespaces, beside the variables of `platform/env.ts`. */
// biome-ignore lint/suspicious/noEmptyInterface: each object adds its namespace here
export interface Bindings {}

/** Composition root: everything that services need, made anew for each request or object from its `env`. */
export function createDeps(env: Bindings) {
  const settings = parseSettings(env)
  const log = createLogger(settings.LOG_LEVEL)
  const db = createDatabase(settings.DATABASE_URL)
  const clerk = new ClerkVerifier({
    jwtKey: settings.CLERK_JWT_KEY,
    authorizedParties: settings.CLERK_AUTHORIZED_PARTIES,
    webhookSecret: settings.CLERK_WEBHOOK_SIGNING_SECRET,
  })
  return { settings, log, db, clerk }
}

export type Deps = ReturnType<typeof createDeps>
