import type { Cents } from '../lib/money.ts'

/** A sale, of whatever kind, as its order is made from it (M1). */
export interface Sale {
  /** `auction:<id>`, `second-chance:<offer>` or `offer:<id>`: one order for each, however often its making is tried. */
  readonly sourceKey: string
  readonly orderNumber: string
  readonly auctionId: number | null
  readonly vehicleId: number
  readonly buyerId: number
  readonly sellerId: number
  readonly price: Cents
  /** Epoch milliseconds: the end of the auction, or the acceptance (M5). */
  readonly soldAt: number
}

/** The day of a sale (UTC) as an order number carries it: `20261123`. `soldAt` in epoch milliseconds. */
const dayText = (soldAt: number): string => new Date(soldAt).toISOString().slice(0, 10).replaceAll('-', '')

/** What a sale is unique on, and what people call its order. */
type SaleName = Pick<Sale, 'sourceKey' | 'orderNumber'>

/** What the order of an auction's own sale is unique on. */
export const auctionSourceKey = (auctionId: number): string => `auction:${auctionId}`

/** Of an auction's own sale: by its end, or by what its seller and high bidder agreed on (M1, M2). */
export const nameAuctionSale = (auctionId: number, soldAt: number): SaleName => ({
  sourceKey: auctionSourceKey(auctionId),
  orderNumber: `ORD-${dayText(soldAt)}-A${auctionId}`,
})

/** Of an accepted second chance (M3). */
export const nameSecondChanceSale = (offerId: number, soldAt: number): SaleName => ({
  sourceKey: `second-chance:${offerId}`,
  orderNumber: `ORD-${dayText(soldAt)}-S${offerId}`,
})

/** Of an accepted offer or counter (M4). */
export const nameOfferSale = (offerId: number, soldAt: number): SaleName => ({
  sourceKey: `offer:${offerId}`,
  orderNumber: `ORD-${dayText(soldAt)}-F${offerId}`,
})
