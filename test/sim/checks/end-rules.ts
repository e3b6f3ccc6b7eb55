import type { Auction, LedgerEntry } from '../../../src/auctions/engine/auction.ts'
import { MINUTE_MS, SECOND_MS } from '../../../src/lib/time.ts'
import type { Hold } from './entry-rules.ts'

const VOIDING_MS = 15 * MINUTE_MS
const DISCLOSURE_MS = 24 * 60 * MINUTE_MS

/** R12, R13, R20 and M12, read once more without the engine: when the auction ends after this entry. */
export function checkEnd(hold: Hold, before: Auction, entry: LedgerEntry): void {
  const { position } = before
  if (position.status !== 'active') return
  const { endsAt, extendedCount } = entry.after
  hold(endsAt >= position.endsAt, 'R13: the end never moves back')
  const kinds = entry.events.map(({ kind }) => kind)
  const isBid = kinds[0] === 'bid' || (kinds[0] === 'reserve_lowered' && kinds.includes('reserve_met'))
  const expected = isBid
    ? endAfterBid(before, entry.at)
    : Math.max(position.endsAt, noticeOf(kinds, entry.at))
  hold(endsAt === expected, `R12, R20, M12: the end is ${expected - entry.at} ms away`)
  const isExtended = isBid && endsAt > position.endsAt
  hold(kinds.includes('extended') === isExtended, 'R12: `extended` says that the end moved')
  hold(extendedCount === position.extendedCount + (isExtended ? 1 : 0), 'R12: extensions are counted')
}

function endAfterBid({ terms, position }: Auction, at: number): number {
  const { mode, windowSeconds, extensionSeconds, maxExtensions } = terms.softClose
  if (mode === 'off' || at < position.endsAt - windowSeconds * SECOND_MS) return position.endsAt
  const wanted = (mode === 'reset' ? at : position.endsAt) + extensionSeconds * SECOND_MS
  const cap = terms.endsAt + (maxExtensions ?? Number.POSITIVE_INFINITY) * extensionSeconds * SECOND_MS
  return Math.max(position.endsAt, Math.min(wanted, cap))
}

/** How far away the end is at least, as an instant. */
function noticeOf(kinds: readonly string[], at: number): number {
  if (!kinds.includes('bid_voided')) return 0
  return at + (kinds[0] === 'disclosure_changed' ? DISCLOSURE_MS : VOIDING_MS)
}
