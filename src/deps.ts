import { createDatabase } from './db/client.ts'
import { ClerkVerifier } from './external/clerk.ts'
import { parseSettings } from './platform/env.ts'
import { createLogger } from './platform/logger.ts'
import { createPeople } from './users/live/people.ts'
import type { PersonObject, TellRoom } from './users/live/person.ts'

/** What the platform hands the Worker: the objects' namespaces, beside the variables of `platform/env.ts`. */
export interface Bindings {
  PERSON: DurableObjectNamespace<PersonObject>
}

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
  const people = createPeople(env.PERSON)
  const tellRoom: TellRoom = async () => {
    throw new Error('There are no rooms yet')
  }
  return { settings, log, db, clerk, people, tellRoom, clock: Date.now }
}

export type Deps = ReturnType<typeof createDeps>
