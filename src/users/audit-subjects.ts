/** What a change is recorded of (M17). */
export const AUDIT_SUBJECT = {
  auction: 'auction',
  bid: 'bid',
  offer: 'offer',
  order: 'order',
  payment: 'payment',
  refund: 'refund',
  sellerProfile: 'seller_profile',
  title: 'title',
  transport: 'transport',
  user: 'user',
  vehicle: 'vehicle',
} as const
export type AuditSubject = (typeof AUDIT_SUBJECT)[keyof typeof AUDIT_SUBJECT]
