import { bounded } from '../lib/bounded.ts'
import { centsToDollars } from '../lib/money.ts'
import { SECOND_MS } from '../lib/time.ts'
import { type Actor, isAdmin } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import type { Refusal, RoomApi, RoomViewer } from './live/contract.ts'

/** Longer than a room itself waits for a person's object. */
const CALL_MAX_MS = 15 * SECOND_MS

/** A room as a service calls it; `fetch` is for the upgrade to a socket only. */
export type OpenRoom = RoomApi & { fetch(url: string, init: RequestInit): Promise<Response> }

/**
 * Asks the room of an auction. What is `repeatable` (it changes nothing, or has an id by which the room knows it
 * again) is asked once more, by a fresh stub, where the platform says that this is worth it; never while overloaded.
 * @throws AppError `unavailable` where the room does not answer
 */
export type Rooms = <T>(
  auctionId: number,
  how: 'once' | 'repeatable',
  ask: (room: OpenRoom) => Promise<T>,
) => Promise<T>

/** The binding, as far as it is needed. */
export interface RoomNamespace {
  getByName(auctionId: string): OpenRoom
}

export function createRooms(namespace: RoomNamespace): Rooms {
  return async (auctionId, how, ask) => {
    const attempt = async () => bounded(ask(namespace.getByName(String(auctionId))), CALL_MAX_MS)
    try {
      return await attempt().catch((error: unknown) => {
        if (how === 'repeatable' && isWorthIt(error)) return attempt()
        throw error
      })
    } catch (error) {
      // What the room's own code throws is a defect; everything else is the platform's.
      if (says(error, 'remote') && !says(error, 'overloaded') && !isWorthIt(error)) throw error
      throw new AppError('unavailable', undefined, { cause: error })
    }
  }
}

type Flag = 'retryable' | 'durableObjectReset' | 'overloaded' | 'remote'
const says = (error: unknown, flag: Flag): boolean =>
  error instanceof Error && Reflect.get(error, flag) === true

/** A room that was reset, as by a deploy, answers to a fresh stub. */
const isWorthIt = (error: unknown): boolean =>
  (says(error, 'retryable') || says(error, 'durableObjectReset')) && !says(error, 'overloaded')

/** Who looks, or null for a stranger. */
export const viewerOf = (actor: Actor | null): RoomViewer | null =>
  actor && { userId: actor.userId, sellerProfileId: actor.sellerProfileId, isAdmin: isAdmin(actor) }

export const auctionMissing = (): AppError => new AppError('not_found', 'Auction not found')

/** A room's refusal as an error of the API; `wrongStatus` says what this command could not do. */
export function refuse(
  { code, minimumBid, problems, retryAfterSeconds }: Refusal,
  wrongStatus?: string,
): AppError {
  if (code === 'not_found') return auctionMissing()
  return new AppError(code, code === 'wrong_status' ? wrongStatus : undefined, {
    ...(problems.length > 0 ? { details: problems.map(({ path, message }) => ({ path, message })) } : {}),
    ...(retryAfterSeconds === null ? {} : { retryAfterSeconds }),
    ...(minimumBid === null ? {} : { extra: { minimum_bid: centsToDollars(minimumBid) } }),
  })
}
