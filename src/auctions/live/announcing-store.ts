import type { Announce } from '../../notifications/announce.ts'
import type { Notice } from '../../notifications/notification.ts'
import type { ProjectionStore } from './projection-store.ts'

/** The store, letting people know once it has stored what tells them something. */
export function announceNotices(store: ProjectionStore, announce: Announce): ProjectionStore {
  const announceAll = (notices: readonly Notice[]) => announce(notices.map(({ userId }) => userId))
  return {
    ...store,
    async saveNotices(notices) {
      await store.saveNotices(notices)
      announceAll(notices)
    },
    async settle(settlement) {
      const isSettled = await store.settle(settlement)
      announceAll(settlement.notices)
      return isSettled
    },
  }
}
