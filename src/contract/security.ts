import type { Credential, Guard } from '../platform/guard.ts'
import type { JsonSchema } from './json-schemas.ts'

/** How each credential is shown, by its name. */
export const CREDENTIALS: Record<Credential | 'clerk_cookie', JsonSchema> = {
  access_token: { type: 'http', scheme: 'bearer', bearerFormat: 'JWT', description: 'access_token' },
  sign_in_token: {
    type: 'http',
    scheme: 'bearer',
    description: 'refresh_token, which may stand in the body instead; to sign out access_token does as well',
  },
  clerk_session: { type: 'http', scheme: 'bearer', description: 'The session token of Clerk' },
  clerk_cookie: { type: 'apiKey', in: 'cookie', name: '__session', description: 'The same, as a cookie' },
  metrics_token: {
    type: 'http',
    scheme: 'bearer',
    description: 'That of whoever reads the metrics; not asked for in development',
  },
}

const ADMIN_ROLE = 'admin'

/** One of these has to be shown; the empty one stands for none. */
export function securityOf(guard: Guard | null): JsonSchema[] {
  if (guard === null) return []
  const { credential, isOptional, isForAdmins } = guard
  return [
    { [credential]: isForAdmins === true ? [ADMIN_ROLE] : [] },
    ...(credential === 'clerk_session' ? [{ clerk_cookie: [] }] : []),
    ...(isOptional === true ? [{}] : []),
  ]
}
