import { TITLE_STATUS, type TitleStatus } from './title.ts'
import { TRANSPORT_STATUS, type TransportStatus } from './transport.ts'

/** As whom somebody has to do with an order; an admin may be its buyer or seller besides. */
export const FULFILLMENT_ROLES = ['buyer', 'seller', 'admin', 'stranger'] as const
export type FulfillmentRole = (typeof FULFILLMENT_ROLES)[number]

/** `forbidden` is a 403: they may see it. `unknown` is a 404: they may not even know of it. */
export type Verdict = 'may' | 'forbidden' | 'unknown'

const ALL = { buyer: 'may', seller: 'may', admin: 'may', stranger: 'unknown' } as const
const BUYER = { buyer: 'may', seller: 'forbidden', admin: 'forbidden', stranger: 'unknown' } as const
const BUYER_OR_ADMIN = { buyer: 'may', seller: 'forbidden', admin: 'may', stranger: 'unknown' } as const
const SELLER_OR_ADMIN = { buyer: 'forbidden', seller: 'may', admin: 'may', stranger: 'unknown' } as const
const ADMIN = { buyer: 'forbidden', seller: 'forbidden', admin: 'may', stranger: 'unknown' } as const

/** Who may do what with the title and the transport of an order: the only place that says so (M10, M11). */
export const PERMISSIONS = {
  view_title: ALL,
  submit_title: SELLER_OR_ADMIN,
  process_title: ADMIN,
  complete_title: ADMIN,
  reject_title: ADMIN,
  upload_title_document: SELLER_OR_ADMIN,
  add_title_document: SELLER_OR_ADMIN,
  view_transport: ALL,
  request_transport: BUYER,
  quote_transport: ADMIN,
  book_transport: BUYER,
  assign_transport: ADMIN,
  pick_up_transport: SELLER_OR_ADMIN,
  carry_transport: ADMIN,
  deliver_transport: ADMIN,
  cancel_transport: BUYER_OR_ADMIN,
  edit_pickup: SELLER_OR_ADMIN,
  edit_delivery: BUYER_OR_ADMIN,
  edit_carriage: ADMIN,
  hand_over_vehicle: SELLER_OR_ADMIN,
} as const satisfies Record<string, Record<FulfillmentRole, Verdict>>
export type FulfillmentAction = keyof typeof PERMISSIONS
export const FULFILLMENT_ACTIONS = Object.keys(PERMISSIONS).filter(
  (action): action is FulfillmentAction => action in PERMISSIONS,
)

/** What somebody may who has these roles: the best that one of them gives. */
export function judge(action: FulfillmentAction, roles: readonly FulfillmentRole[]): Verdict {
  const verdicts: readonly Verdict[] = roles.map((role) => PERMISSIONS[action][role])
  if (verdicts.includes('may')) return 'may'
  return verdicts.includes('forbidden') ? 'forbidden' : 'unknown'
}

const T = TITLE_STATUS
/** What moving a title's transfer to a status is; it is opened by the payment. */
export const ACTION_OF_TITLE: Record<Exclude<TitleStatus, 'pending'>, FulfillmentAction> = {
  [T.submittedToDmv]: 'submit_title',
  [T.processing]: 'process_title',
  [T.completed]: 'complete_title',
  [T.rejected]: 'reject_title',
}

const S = TRANSPORT_STATUS
/** What moving a transport to a status is. */
export const ACTION_OF_TRANSPORT: Record<TransportStatus, FulfillmentAction> = {
  [S.quoteRequested]: 'request_transport',
  [S.quoted]: 'quote_transport',
  [S.booked]: 'book_transport',
  [S.assigned]: 'assign_transport',
  [S.pickedUp]: 'pick_up_transport',
  [S.inTransit]: 'carry_transport',
  [S.delivered]: 'deliver_transport',
  [S.cancelled]: 'cancel_transport',
}
