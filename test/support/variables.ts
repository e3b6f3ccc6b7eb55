import { env } from 'cloudflare:workers'
import { onTestFinished } from 'vitest'
import { z } from 'zod'

/** Nobody listens there: a connection is refused at once. */
export const REFUSING_URL = 'http://127.0.0.1:1'

const variablesSchema = z.record(z.string(), z.unknown())

/** Gives the Worker other variables, or bindings, until the test ends. */
export function setVariables(changes: Record<string, unknown>): void {
  const standing = variablesSchema.parse({ ...env })
  const before = Object.fromEntries(Object.keys(changes).map((name) => [name, standing[name]]))
  Object.assign(env, changes)
  onTestFinished(() => {
    Object.assign(env, before)
  })
}

/** A variable of the Worker as it stands. */
export const variableOf = (name: string): string => z.string().parse(variablesSchema.parse({ ...env })[name])
