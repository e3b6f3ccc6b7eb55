import { z } from 'zod'
import { descriptionOf, validationOf } from '../../../src/platform/validate.ts'
import { refreshBody } from '../../../src/users/schemas.ts'

/** One of the app's routes, and the form of what it takes. */
export interface Route {
  method: string
  /** With its parameters as `:name`. */
  path: string
  summary: string
  body: z.ZodType | null
  query: z.ZodType | null
  header: z.ZodType | null
}

const appSchema = z.object({
  routes: z.array(z.object({ method: z.string(), path: z.string(), handler: z.custom<object>() })),
})
const moduleSchema = z.object({
  createApp: z.custom<(createDeps: () => never) => unknown>((value) => typeof value === 'function'),
})

/** A message of Clerk's, as far as it is read. */
const clerkMessage = z.object({
  type: z.enum(['user.updated', 'user.deleted']),
  data: z.object({
    id: z.string().max(64),
    first_name: z.string().max(100).nullable(),
    last_name: z.string().max(100).nullable(),
    primary_email_address_id: z.string().max(64).nullable(),
    email_addresses: z.array(z.object({ id: z.string().max(64), email_address: z.string().max(254) })),
    updated_at: z.int().nonnegative(),
  }),
})

/** The routes that read their bodies themselves: two whose bodies are optional, one whose bodies are signed. */
const READ_BY_HAND = new Map<string, z.ZodType>([
  ['POST /api/auth/refresh', refreshBody],
  ['POST /api/auth/logout', refreshBody],
  ['POST /api/webhooks/clerk', clerkMessage],
])

/** Every route of the app that says what it is, in the order in which they are mounted. */
export async function readRoutes(): Promise<Route[]> {
  // Named at run time: the platform's types, which the app's own files need, would hide Node's.
  const app: unknown = await import(new URL('../../../src/app.ts', import.meta.url).href)
  const { routes } = appSchema.parse(
    moduleSchema.parse(app).createApp(() => {
      throw new Error('Nothing is asked of this app')
    }),
  )
  const found = new Map<string, Route>()
  for (const { method, path, handler } of routes) {
    const key = `${method} ${path}`
    const description = descriptionOf(handler)
    if (description !== undefined) {
      const body = READ_BY_HAND.get(key) ?? null
      found.set(key, { method, path, summary: description.summary, body, query: null, header: null })
    }
    const validation = validationOf(handler)
    const route = found.get(key)
    if (validation === undefined || route === undefined) continue
    const { target, schema } = validation
    if (target === 'json') route.body = schema
    else if (target === 'query') route.query = schema
    else if (target === 'header') route.header = schema
    else throw new Error(`${key} takes a ${target}, which is not known here`)
  }
  return [...found.values()]
}
