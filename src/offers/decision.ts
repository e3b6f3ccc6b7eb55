/** Whose turn it is (M2), and how it ended. */
export const DECISION_STAGE = {
  /** The seller accepts, counters or declines the high bid; the bidder is bound. */
  seller: 'seller',
  /** The bidder answers the seller's counter; the seller is bound. */
  bidder: 'bidder',
  /** The seller answers the bidder's counter; the bidder is bound. */
  sellerFinal: 'seller_final',
  sold: 'sold',
  declinedBySeller: 'declined_by_seller',
  declinedByBidder: 'declined_by_bidder',
  expired: 'expired',
} as const
export type DecisionStage = (typeof DECISION_STAGE)[keyof typeof DECISION_STAGE]
