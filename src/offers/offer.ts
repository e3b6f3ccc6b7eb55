export const OFFER_STATUS = {
  pending: 'pending',
  accepted: 'accepted',
  rejected: 'rejected',
  expired: 'expired',
  countered: 'countered',
  withdrawn: 'withdrawn',
  voided: 'voided',
} as const
export type OfferStatus = (typeof OFFER_STATUS)[keyof typeof OFFER_STATUS]

export const OFFER_KIND = { listing: 'listing', secondChance: 'second_chance' } as const
export type OfferKind = (typeof OFFER_KIND)[keyof typeof OFFER_KIND]

export const OFFER_SIDE = { buyer: 'buyer', seller: 'seller' } as const
export type OfferSide = (typeof OFFER_SIDE)[keyof typeof OFFER_SIDE]
