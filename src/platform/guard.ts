/** What a caller shows at a route's door. */
export type Credential = 'access_token' | 'clerk_session' | 'sign_in_token' | 'metrics_token'

/** Whom a handler lets pass, as the API's document says it. */
export interface Guard {
  credential: Credential
  /** Who shows none passes too. */
  isOptional?: boolean
  isForAdmins?: boolean
}

const guards = new WeakMap<object, Guard>()

/** The same handler, which is known as a guard from now on. */
export function asGuard<Handler extends object>(handler: Handler, guard: Guard): Handler {
  guards.set(handler, guard)
  return handler
}

export const guardOf = (handler: object): Guard | undefined => guards.get(handler)
