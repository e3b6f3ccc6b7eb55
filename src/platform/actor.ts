/** Who asks, as the access token tells it. */
export interface Actor {
  userId: number
  roles: readonly Role[]
  sellerProfileId: number | null
  /** Passed the checks that `BID_REQUIRES` names when the token was made; suspension is asked of the person's object. */
  canBid: boolean
  /** Epoch milliseconds at which this sign-in ends, whatever its tokens say. */
  sessionUntilMs: number
}

export const ROLES = ['buyer', 'seller', 'admin'] as const
export type Role = (typeof ROLES)[number]

/** What a service's context is known to hold behind `requireUser()`. */
export interface SignedIn {
  actor: Actor
}

export const isAdmin = (actor: Actor | null): boolean => actor?.roles.includes('admin') ?? false
