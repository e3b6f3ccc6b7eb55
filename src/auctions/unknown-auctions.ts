import type { SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import type { AuctionContext } from './context.ts'

/**
 * Asks a room on behalf of a person who may be wrong about its being there a few times a minute: each room that is
 * not there would wake an object.
 * @throws AppError `rate_limited`, and what `ask` throws
 */
export async function limitUnknown<T>(ctx: AuctionContext & SignedIn, ask: () => Promise<T>): Promise<T> {
  const caller = { userKey: ctx.actor.userId, address: ctx.address }
  await ctx.limits.requireLeftIfCounted('unknown_auction', caller, ctx)
  try {
    return await ask()
  } catch (error) {
    const isUnknown = error instanceof AppError && error.code === 'not_found'
    if (isUnknown) await ctx.limits.require('unknown_auction', caller, ctx)
    throw error
  }
}
