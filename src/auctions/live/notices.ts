import { centsToDollars, formatAmount } from '../../lib/money.ts'
import {
  type CommonNotice,
  NOTIFICATION_TYPE,
  type Notice,
  type NotificationType,
} from '../../notifications/notification.ts'
import {
  AUCTION_STATUS,
  type AuctionEvent,
  type DisclosureChange,
  type LedgerEntry,
  OUTCOME,
} from '../engine/auction.ts'
import { findOutbid, findRestoredLeader } from '../engine/view.ts'
import type { RoomBidderRow, VehicleSummary } from './contract.ts'

/** The auction that notices speak of. */
export interface NoticeSubject {
  readonly auctionId: number
  readonly vehicle: VehicleSummary
}

interface Text {
  /** With the entry's number, what makes the notice the same one when it is sent again. */
  readonly cause: string
  readonly type: NotificationType
  readonly title: string
  readonly message: string
  readonly data?: Readonly<Record<string, unknown>>
}

type Voided = Extract<AuctionEvent, { kind: 'bid_voided' }>

const nameOf = ({ year, make, model }: VehicleSummary): string =>
  [year, make, model].filter((part) => part !== null).join(' ')

const compose = (subject: NoticeSubject, entry: LedgerEntry, userId: number, text: Text): Notice => ({
  ...composeForAll(subject, entry, text),
  userId,
})

function composeForAll(subject: NoticeSubject, entry: LedgerEntry, text: Text): CommonNotice {
  const { auctionId, vehicle } = subject
  const { cause, type, title, message, data } = text
  return {
    type,
    title: `${title}: ${nameOf(vehicle)}`,
    message,
    data: { auction_id: auctionId, vehicle_id: vehicle.id, ...data },
    causeKey: `auction:${auctionId}:${cause}:${entry.number}`,
    createdAt: entry.at,
  }
}

/**
 * What the entries of one batch tell people while the auction runs (M13): outbid once per person and batch, and not
 * at all who leads again at its end; the seller once of all its bids. Keyed by the first entry that tells a person,
 * so a batch that is sent again, longer perhaps, tells nobody twice. `before` is the entry in front of the batch.
 */
export function noticesWhileOpen(
  subject: NoticeSubject,
  before: LedgerEntry | null,
  entries: readonly LedgerEntry[],
): Notice[] {
  const last = entries.at(-1)
  if (last === undefined) return []
  const isOver = isClosing(last)
  const outbid = new Map<number, LedgerEntry>()
  const notices: Notice[] = []
  let previous = before
  for (const entry of entries) {
    if (previous !== null) {
      const beaten = findOutbid({ position: previous.after }, entry)
      if (beaten !== null && !outbid.has(beaten)) outbid.set(beaten, entry)
      const restored = findRestoredLeader({ position: previous.after }, entry)
      if (restored !== null) notices.push(leadsAgain(subject, entry, restored))
    }
    notices.push(...noticesOfVoiding(subject, entry))
    // Who lost bids to a voiding is told of that instead.
    for (const event of entry.events) if (event.kind === 'bid_voided') outbid.delete(event.bidderId)
    previous = entry
  }
  const bids = entries.filter(isShownBid)
  const [firstBid] = bids
  if (firstBid !== undefined) {
    const count = bids.length === 1 ? 'A new bid' : `${bids.length} new bids`
    notices.push(
      compose(subject, firstBid, subject.vehicle.sellerId, {
        cause: 'bid',
        type: NOTIFICATION_TYPE.bidPlaced,
        title: 'New bid',
        message: `${count}: the price is ${formatAmount(last.after.price)}.`,
        data: { current_bid: centsToDollars(last.after.price) },
      }),
    )
  }
  if (isOver) return notices
  for (const [userId, entry] of outbid) {
    if (last.after.leader?.bidderId === userId) continue
    notices.push(
      compose(subject, entry, userId, {
        cause: 'outbid',
        type: NOTIFICATION_TYPE.outbid,
        title: 'You were outbid',
        message: `The price is ${formatAmount(last.after.price)} now.`,
        data: { current_bid: centsToDollars(last.after.price) },
      }),
    )
  }
  return notices
}

/** What the last entry tells the seller and everyone whose bid stands (M13). `bidders` as they stand at the end. */
export function noticesOfClosing(
  subject: NoticeSubject,
  entry: LedgerEntry,
  bidders: readonly RoomBidderRow[],
): Notice[] {
  const { after } = entry
  const { general, auctionWon, auctionLost, sellerDecisionDue } = NOTIFICATION_TYPE
  const price = formatAmount(after.price)
  const data = { current_bid: centsToDollars(after.price) }
  const tell = (userId: number, type: NotificationType, title: string, message: string) =>
    compose(subject, entry, userId, { cause: 'closed', type, title, message, data })
  const toSeller = (type: NotificationType, title: string, message: string) =>
    tell(subject.vehicle.sellerId, type, title, message)
  const standing = bidders.filter(({ maximum }) => maximum !== null).map(({ bidderId }) => bidderId)

  if (after.status === AUCTION_STATUS.cancelled) {
    const message = `The auction was cancelled: ${after.cancelReason}`
    return [subject.vehicle.sellerId, ...standing].map((id) =>
      tell(id, general, 'Auction cancelled', message),
    )
  }
  const leaderId = after.leader?.bidderId
  if (leaderId === undefined) {
    return [toSeller(general, 'Not sold', 'The auction ended without a bid.')]
  }
  const others = standing.filter((id) => id !== leaderId)
  const lost = others.map((id) => tell(id, auctionLost, 'Auction lost', `The auction ended at ${price}.`))
  if (after.outcome === OUTCOME.pendingSeller) {
    return [
      toSeller(sellerDecisionDue, 'Your decision is due', `The highest bid is ${price}.`),
      tell(leaderId, general, 'Highest bid', `Yours is the highest bid, ${price}: the seller decides.`),
      ...lost,
    ]
  }
  return [
    toSeller(general, 'Sold', `Sold for ${price}.`),
    tell(leaderId, auctionWon, 'Auction won', `You won at ${price}.`),
    ...lost,
  ]
}

/** Whether this entry is the last of its ledger (R16). */
export const isClosing = ({ after }: LedgerEntry): boolean =>
  after.status === AUCTION_STATUS.ended || after.status === AUCTION_STATUS.cancelled

const isShownBid = ({ events: [first] }: LedgerEntry): boolean =>
  first?.kind === 'bid' || first?.kind === 'bought'

function leadsAgain(subject: NoticeSubject, entry: LedgerEntry, userId: number): Notice {
  return compose(subject, entry, userId, {
    cause: 'leads',
    type: NOTIFICATION_TYPE.general,
    title: 'You lead again',
    message: `A bid was voided: you lead at ${formatAmount(entry.after.price)}.`,
  })
}

/** Whoever lost bids to a voiding is told once; where M12 caused it, what changed and that they may bid again. */
function noticesOfVoiding(subject: NoticeSubject, entry: LedgerEntry): Notice[] {
  const voided = entry.events.filter((event): event is Voided => event.kind === 'bid_voided')
  const reasons = new Map(voided.map(({ bidderId, reason }) => [bidderId, reason]))
  const disclosure = entry.events.find(({ kind }) => kind === 'disclosure_changed')
  return [...reasons].map(([userId, reason]) =>
    disclosure?.kind === 'disclosure_changed'
      ? compose(subject, entry, userId, textOfDisclosure(disclosure.changes, true))
      : compose(subject, entry, userId, {
          cause: 'voided',
          type: NOTIFICATION_TYPE.general,
          title: 'Your bid was voided',
          message: reason,
        }),
  )
}

/** M12: to each of those who watch the vehicle, what an entry changed. Whoever lost bids by it is told of it once. */
export const noticeOfDisclosure = (
  subject: NoticeSubject,
  entry: LedgerEntry,
  changes: readonly DisclosureChange[],
): CommonNotice => {
  const hasVoided = entry.events.some(({ kind }) => kind === 'bid_voided')
  return composeForAll(subject, entry, textOfDisclosure(changes, hasVoided))
}

function textOfDisclosure(changes: readonly DisclosureChange[], hasVoided: boolean): Text {
  const list = changes.map(({ field, before, after }) => `${field}: ${before ?? '–'} → ${after ?? '–'}`)
  const sentence = hasVoided
    ? 'All bids were voided; please bid again.'
    : 'What is said of the vehicle was changed.'
  return {
    // One cause for bidders and watchers: whoever is both is told once.
    cause: 'voided',
    type: NOTIFICATION_TYPE.disclosureChanged,
    title: 'The description changed',
    message: `${sentence} ${list.join(', ')}`,
    data: { changes },
  }
}
