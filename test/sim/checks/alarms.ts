import { nextDeadline } from '../../../src/auctions/engine/deadline.ts'
import { BACKSTOP_MS } from '../../../src/auctions/live/backlog.ts'
import type { RoomHost } from '../host.ts'
import { SKEW_MAX_MS } from '../life.ts'
import type { World } from '../world.ts'
import type { LedgerBook } from './ledger-book.ts'

const DAY_MS = 86_400_000
/** An alarm that is so late is taken for given up. */
const LATE_MS = 15_000
/** An alarm that could not write is tried again so much later. */
const ALARM_AGAIN_MS = 5_000

/** The one alarm stands where the room is next needed, at every moment, so that whatever dies is woken again. */
export function checkAlarm(world: World, host: RoomHost, book: LedgerBook, hasGrown: boolean): void {
  const { auction } = book
  if (auction === null) return
  const { alarmGivenUpAt } = host.disk
  if (alarmGivenUpAt !== null) {
    const mustKnow = hasGrown && world.now >= alarmGivenUpAt + LATE_MS + SKEW_MAX_MS
    world.hold(!mustKnow, 'An alarm that was given up is armed anew with the next entry')
    return
  }
  const [row] = host.disk.read('SELECT projected, forgotten FROM room')
  const isBehind = Number(row?.projected) < book.entries.length
  const isOwed = host.disk.read('SELECT 1 FROM holds WHERE confirmed < serial').length > 0
  const isOver = nextDeadline(auction) === null
  const needed = [
    nextDeadline(auction) ?? Number.POSITIVE_INFINITY,
    isBehind ? world.now + BACKSTOP_MS : Number.POSITIVE_INFINITY,
    isOwed ? world.now + BACKSTOP_MS : Number.POSITIVE_INFINITY,
    isOver && row?.forgotten === 0 ? auction.lastAt + DAY_MS : Number.POSITIVE_INFINITY,
  ]
  const soonest = Math.min(...needed)
  if (soonest === Number.POSITIVE_INFINITY) return
  const latest = Math.max(soonest, host.writeFailedAt + ALARM_AGAIN_MS)
  const { alarm } = host.disk
  const isSet = alarm !== null && alarm <= latest + SKEW_MAX_MS
  world.hold(isSet, 'The alarm stands where the room is next needed', () => ({
    alarm,
    needed,
    now: world.now,
  }))
}
