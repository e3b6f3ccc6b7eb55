import type { Announce } from '../../notifications/announce.ts'
import type { Notice } from '../../notifications/notification.ts'
import type { ProjectionStore } from './projection-store.ts'

/** Those who watch a vehicle, as many as are let know at once. */
export type WatchersOf = (vehicleId: number) => Promise<readonly number[]>

/** The store, letting people know once it has stored what tells them something. */
export function announceNotices(
  store: ProjectionStore,
  { announce, watchersOf }: { announce: Announce; watchersOf: WatchersOf },
): ProjectionStore {
  const announceAll = (notices: readonly Notice[]) => announce(notices.map(({ userId }) => userId))
  return {
    ...store,
    async saveNotices(notices) {
      await store.saveNotices(notices)
      announceAll(notices)
    },
    async saveAuction(change) {
      await store.saveAuction(change)
      if (change.disclosed.length > 0) announce(await watchersOf(change.vehicleId))
    },
    async settle(settlement) {
      const isSettled = await store.settle(settlement)
      announceAll(settlement.notices)
      return isSettled
    },
  }
}
