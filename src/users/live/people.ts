import { bounded } from '../../lib/bounded.ts'
import type { Cents } from '../../lib/money.ts'
import { SECOND_MS } from '../../lib/time.ts'
import type { BuyingPower } from './buying-power.ts'
import type { Standing } from './person-tables.ts'

const CALL_MAX_MS = 5 * SECOND_MS

/** Every person's own object, by their id. All methods reject where the object does not answer within 5 s. */
export interface People {
  /** Asked once by a room, before it judges a person's first bid or ticket. From then on it is told of changes. */
  enterRoom(userId: number, auctionId: number): Promise<Standing>
  /** How the person stands, for a request of theirs. */
  standing(userId: number): Promise<Standing>
  suspend(userId: number, reason: string, revision: number): Promise<void>
  restore(userId: number, revision: number): Promise<void>
  /** M18: asks before a bid is judged; each asking has a later serial. @returns whether it is held */
  hold(userId: number, auctionId: number, serial: number, amount: Cents): Promise<boolean>
  /** M18: what the person has at stake in an auction. @returns false where it must fit and does not */
  reportHold(
    userId: number,
    auctionId: number,
    serial: number,
    amount: Cents,
    mustFit: boolean,
  ): Promise<boolean>
  /** What MySQL says of the person's money has changed. */
  refreshAccount(userId: number): Promise<void>
  buyingPower(userId: number): Promise<BuyingPower>
}

/** The binding, as far as it is needed: an object answers as in `People`, for the one person that it is named by. */
export interface PersonNamespace {
  getByName(userId: string): {
    enterRoom(auctionId: number): Promise<Standing>
    standing(): Promise<Standing>
    suspend(reason: string, revision: number): Promise<void>
    restore(revision: number): Promise<void>
    hold(auctionId: number, serial: number, amount: Cents): Promise<boolean>
    reportHold(auctionId: number, serial: number, amount: Cents, mustFit: boolean): Promise<boolean>
    refreshAccount(): Promise<void>
    buyingPower(): Promise<BuyingPower>
  }
}

export function createPeople(namespace: PersonNamespace): People {
  const person = (userId: number) => namespace.getByName(String(userId))
  return {
    enterRoom: (userId, auctionId) => call(async () => person(userId).enterRoom(auctionId)),
    standing: (userId) => call(async () => person(userId).standing()),
    suspend: (userId, reason, revision) => call(async () => person(userId).suspend(reason, revision)),
    restore: (userId, revision) => call(async () => person(userId).restore(revision)),
    hold: (userId, auctionId, serial, amount) =>
      call(async () => person(userId).hold(auctionId, serial, amount)),
    reportHold: (userId, auctionId, serial, amount, mustFit) =>
      call(async () => person(userId).reportHold(auctionId, serial, amount, mustFit)),
    refreshAccount: (userId) => call(async () => person(userId).refreshAccount()),
    buyingPower: (userId) => call(async () => person(userId).buyingPower()),
  }
}

/** Tries once more, by a fresh stub, where the platform says that it is worth it; never while overloaded. */
async function call<T>(attempt: () => Promise<T>): Promise<T> {
  try {
    return await bounded(attempt(), CALL_MAX_MS)
  } catch (error) {
    if (!isRetryable(error)) throw error
    return await bounded(attempt(), CALL_MAX_MS)
  }
}

const isRetryable = (error: unknown): boolean =>
  error instanceof Error &&
  'retryable' in error &&
  error.retryable === true &&
  !('overloaded' in error && error.overloaded === true)
