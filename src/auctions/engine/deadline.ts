import { AUCTION_STATUS, type Auction, type EpochMs } from './auction.ts'

const MINUTE_MS = 60_000
/** R20: how far away the end is at least after a voiding. */
export const VOIDING_NOTICE_MS = 15 * MINUTE_MS
/** M12: how far away the end is at least after bids fell to a changed disclosure. */
export const DISCLOSURE_NOTICE_MS = 24 * 60 * MINUTE_MS

/** R2's `received`: the later of the clock and the last event. */
export function receivedAt(auction: Auction, now: EpochMs): EpochMs {
  return Math.max(now, auction.lastAt)
}

/** The next instant at which the auction changes by itself: its start, its end, or null. */
export function nextDeadline(auction: Auction): EpochMs | null {
  if (auction.position.status === AUCTION_STATUS.scheduled) return auction.terms.startsAt
  return auction.position.status === AUCTION_STATUS.active ? auction.position.endsAt : null
}

/**
 * The end after a bid that moved the price at `received` (R12): the same where it stays. Never earlier than
 * it was (R13), and the cap binds only what R12 itself adds.
 */
export function extendEnd(auction: Auction, received: EpochMs): EpochMs {
  const { softClose, endsAt: originalEndsAt } = auction.terms
  const { endsAt } = auction.position
  if (softClose.mode === 'off' || received < endsAt - softClose.windowSeconds * 1_000) return endsAt
  const extensionMs = softClose.extensionSeconds * 1_000
  const wanted = (softClose.mode === 'reset' ? received : endsAt) + extensionMs
  const latest =
    softClose.maxExtensions === null ? wanted : originalEndsAt + softClose.maxExtensions * extensionMs
  return Math.max(endsAt, Math.min(wanted, latest))
}

/** The end, at least `noticeMs` after `received` (R20, M12). */
export function postponeEnd(auction: Auction, received: EpochMs, noticeMs: number): EpochMs {
  return Math.max(auction.position.endsAt, received + noticeMs)
}
