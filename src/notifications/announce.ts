import { describeError } from '../lib/error-text.ts'
import { SECOND_MS } from '../lib/time.ts'
import type { Logger } from '../platform/logger.ts'

/**
 * Lets people know at once that there is something new for them to read; called after the transaction that stored it
 * has committed. Returns at once and never throws; nothing is lost where it fails: the list has it (M14).
 */
export type Announce = (userIds: Iterable<number>) => void

const PEOPLE_AT_ONCE = 20
/** So many and so long at a time, whatever is waiting: the rest finds it in the list. */
const PEOPLE_A_TURN = 500
const TURN_MAX_MS = 20 * SECOND_MS

export interface AnnounceParts {
  tell: (userId: number) => Promise<void>
  waitUntil: (work: Promise<unknown>) => void
  /** Epoch milliseconds. */
  clock: () => number
  log: Logger
}

/** Tells twenty people at once, and each of them once however often they are named meanwhile. */
export function createAnnouncer({ tell, waitUntil, clock, log }: AnnounceParts): Announce {
  const waiting = new Set<number>()
  let isTelling = false

  const tellAll = async (): Promise<void> => {
    const untilMs = clock() + TURN_MAX_MS
    let left = PEOPLE_A_TURN
    let untold = 0
    while (waiting.size > 0 && left > 0 && clock() < untilMs) {
      const batch = [...waiting].slice(0, Math.min(PEOPLE_AT_ONCE, left))
      for (const userId of batch) waiting.delete(userId)
      left -= batch.length
      const told = await Promise.allSettled(batch.map(async (userId) => tell(userId)))
      untold += told.filter(({ status }) => status === 'rejected').length
    }
    untold += waiting.size
    waiting.clear()
    isTelling = false
    if (untold > 0) log.warn('people_not_told', { count: untold })
  }

  return (userIds) => {
    for (const userId of userIds) waiting.add(userId)
    if (isTelling || waiting.size === 0) return
    isTelling = true
    const done = tellAll()
    try {
      waitUntil(done)
    } catch (error) {
      log.warn('people_not_awaited', describeError(error))
    }
  }
}
