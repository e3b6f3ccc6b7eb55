import { centsToDollars, formatAmount } from '../lib/money.ts'
import { NOTIFICATION_TYPE, type Notice, type NotificationType } from '../notifications/notification.ts'
import type { DecisionStage } from './decision.ts'
import { OFFER_KIND, OFFER_SIDE, OFFER_STATUS, type OfferStatus, otherSide } from './offer.ts'
import type { OfferRow } from './offer-rows.ts'

const T = NOTIFICATION_TYPE

interface Named {
  readonly year: number | null
  readonly make: string | null
  readonly model: string | null
}
const nameOf = ({ year, make, model }: Named): string =>
  [year, make, model].filter((part) => part !== null).join(' ')

type OfferText = readonly [type: NotificationType, title: string, sentence: string]

/** Why a round was voided: the sentence that both sides read. */
export const VOID_REASON = {
  auctionScheduled: 'The vehicle was put up for auction.',
  vehicleGone: 'The vehicle is no longer offered.',
  partyGone: 'The other side trades here no longer.',
  described: 'The description of the vehicle was changed.',
} as const
export type VoidReason = (typeof VOID_REASON)[keyof typeof VOID_REASON]

/** What the other side reads of a round that was made, answered or withdrawn. */
function textOf(row: OfferRow, isOvertaken: boolean): OfferText {
  const isChance = row.kind === OFFER_KIND.secondChance
  switch (row.status) {
    case OFFER_STATUS.accepted:
      return [T.offerAccepted, 'Offer accepted', 'It is sold.']
    case OFFER_STATUS.rejected:
      return [T.offerRejected, 'Offer rejected', isOvertaken ? 'The vehicle was sold to somebody else.' : '']
    case OFFER_STATUS.withdrawn:
      return [T.general, 'Offer withdrawn', '']
    default:
      if (isChance) return [T.offerReceived, 'Second chance', 'You may buy it now.']
      return row.round === 1 ? [T.offerReceived, 'New offer', ''] : [T.offerCountered, 'Counter-offer', '']
  }
}

function compose(
  row: OfferRow,
  vehicle: Named,
  userId: number,
  [type, title, sentence]: OfferText,
  at: Date,
): Notice {
  const until = row.status === OFFER_STATUS.pending ? ` Until ${row.expires_at.toISOString()}.` : ''
  return {
    userId,
    type,
    title: `${title}: ${nameOf(vehicle)}`,
    message: `${formatAmount(row.amount_cents)}. ${sentence}`.trim() + until,
    data: {
      offer_id: row.id,
      vehicle_id: row.vehicle_id,
      auction_id: row.auction_id,
      amount: centsToDollars(row.amount_cents),
      status: row.status,
    },
    causeKey: `offer:${row.id}:${row.status}`,
    createdAt: at.getTime(),
  }
}

/** Tells the side that did not act: of a round that was just made, or, by its new status, answered or withdrawn. */
export function noticeOfRound(row: OfferRow, vehicle: Named, at: Date): Notice {
  const actor = isActOfMaker(row.status) ? row.made_by : otherSide(row.made_by)
  const told = actor === OFFER_SIDE.buyer ? row.seller_id : row.buyer_id
  return compose(row, vehicle, told, textOf(row, false), at)
}

const isActOfMaker = (status: OfferStatus): boolean =>
  status === OFFER_STATUS.pending || status === OFFER_STATUS.withdrawn

/** Tells a buyer that somebody else got the vehicle (M4: accepting one rejects the others). */
export const noticeOfOvertaken = (row: OfferRow, vehicle: Named, at: Date): Notice =>
  compose(row, vehicle, row.buyer_id, textOf(row, true), at)

/** Tells both sides that a round stands no more: its time is over, or it was voided for `reason`. */
export function noticesOfEnd(row: OfferRow, vehicle: Named, at: Date, reason: VoidReason | null): Notice[] {
  const text: OfferText =
    reason === null
      ? [T.offerExpired, 'Offer expired', 'Nobody answered in time.']
      : [T.general, 'Offer voided', reason]
  return [row.buyer_id, row.seller_id].map((userId) => compose(row, vehicle, userId, text, at))
}

/** A change of the decision over a high bid (M2), as it is told. */
export interface DecisionSubject {
  readonly auctionId: number
  readonly vehicleId: number
  readonly vehicle: Named
  readonly stage: DecisionStage
  readonly amount: Notice['data'] & { readonly amount: number }
}

/** One person told of one stage of a decision. */
export function noticeOfDecision(
  { auctionId, vehicleId, vehicle, stage, amount }: DecisionSubject,
  userId: number,
  [type, title, message]: OfferText,
  at: Date,
): Notice {
  return {
    userId,
    type,
    title: `${title}: ${nameOf(vehicle)}`,
    message,
    data: { auction_id: auctionId, vehicle_id: vehicleId, stage, ...amount },
    causeKey: `decision:${auctionId}:${stage}`,
    createdAt: at.getTime(),
  }
}
