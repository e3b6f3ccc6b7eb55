/** Who asks, as the access token tells it. */
export interface Actor {
  userId: number
  roles: readonly Role[]
  sellerProfileId: number | null
  /** Epoch milliseconds at which this sign-in ends, whatever its tokens say. */
  sessionUntilMs: number
}

export const ROLES = ['buyer', 'seller', 'admin'] as const
export type Role = (typeof ROLES)[number]

export const isAdmin = (actor: Actor | null): boolean => actor?.roles.includes('admin') ?? false
