import { expect, test } from 'vitest'
import {
  FULFILLMENT_ACTIONS,
  FULFILLMENT_ROLES,
  type FulfillmentAction,
  type FulfillmentRole,
  judge,
  PERMISSIONS,
} from '../../src/fulfillment/permissions.ts'
import { TITLE_STATUS, type TitleStatus } from '../../src/fulfillment/title.ts'
import { TRANSPORT_STATUS, type TransportStatus } from '../../src/fulfillment/transport.ts'
import { type ApiResponse, api } from '../support/api.ts'
import {
  askTransport,
  attach,
  CARRIER,
  collect,
  leadTitle,
  leadTransport,
  makePaidOrder,
  patchTitle,
  patchTransport,
  signInCast,
  uploadTitle,
} from '../support/handovers.ts'
import { type Person, signIn } from '../support/people.ts'
import { refusalOf } from '../support/sessions.ts'

const people = { ...(await signInCast()), stranger: await signIn() }

interface Case {
  /** Leads a paid order to where the action is possible; what it gives is handed to `act`. */
  prepare?: (orderId: number) => Promise<string | undefined>
  act: (orderId: number, as: Person | undefined, prepared: string) => Promise<ApiResponse>
}

const get = (orderId: number, as: Person | undefined, what: string) =>
  api('GET', `/api/orders/${orderId}/${what}`, { as })
const afterTitle = (status: TitleStatus) => async (orderId: number) => {
  await leadTitle(orderId, people, status)
  return undefined
}
const afterTransport = (status: TransportStatus) => async (orderId: number) => {
  await leadTransport(orderId, people, status)
  return undefined
}
const title = (body: object, prepare?: Case['prepare']): Case => ({
  ...(prepare && { prepare }),
  act: (orderId, as) => patchTitle(orderId, as, body),
})
const transport = (body: object, after: TransportStatus): Case => ({
  prepare: afterTransport(after),
  act: (orderId, as) => patchTransport(orderId, as, body),
})
const [T, S] = [TITLE_STATUS, TRANSPORT_STATUS]
const PDF = { filename: 'Title.pdf', content_type: 'application/pdf' }

const CASES: Record<FulfillmentAction, Case> = {
  view_title: { act: (orderId, as) => get(orderId, as, 'title') },
  submit_title: title({ status: T.submittedToDmv }),
  process_title: title({ status: T.processing }, afterTitle(T.submittedToDmv)),
  complete_title: title({ status: T.completed }, afterTitle(T.processing)),
  reject_title: title({ status: T.rejected, reason: 'The seal is missing' }, afterTitle(T.processing)),
  upload_title_document: {
    act: (orderId, as) => api('POST', `/api/orders/${orderId}/title/upload-url`, { as, body: PDF }),
  },
  add_title_document: {
    prepare: (orderId) => uploadTitle(orderId, people.seller),
    act: (orderId, as, s3_key) => attach(orderId, as, { s3_key, doc_type: 'title', filename: 'Title.pdf' }),
  },
  view_transport: {
    prepare: afterTransport(S.quoteRequested),
    act: (orderId, as) => get(orderId, as, 'transport'),
  },
  request_transport: { act: (orderId, as) => askTransport(orderId, as) },
  quote_transport: transport({ status: S.quoted, quoted_price: 300 }, S.quoteRequested),
  book_transport: transport({ status: S.booked }, S.quoted),
  assign_transport: transport({ status: S.assigned, carrier: 'Plains Haulage' }, S.booked),
  pick_up_transport: transport({ status: S.pickedUp }, S.assigned),
  carry_transport: transport({ status: S.inTransit }, S.pickedUp),
  deliver_transport: transport({ status: S.delivered }, S.inTransit),
  cancel_transport: transport({ status: S.cancelled }, S.quoteRequested),
  edit_pickup: transport({ pickup_contact: 'Joe, 555-0102' }, S.quoteRequested),
  edit_delivery: transport({ delivery_contact: 'Bob, 555-0103' }, S.quoteRequested),
  edit_carriage: transport(CARRIER, S.quoteRequested),
  hand_over_vehicle: {
    prepare: async (orderId) => {
      const body = { is_pickup: true }
      ;(await api('PATCH', `/api/orders/${orderId}`, { as: people.buyer, body })).expect(200)
      return undefined
    },
    act: (orderId, as) => collect(orderId, as),
  },
}
/** Through another door: events move a transport as well. */
const EVENTS: Partial<Record<FulfillmentAction, TransportStatus>> = {
  pick_up_transport: S.pickedUp,
  carry_transport: S.inTransit,
  deliver_transport: S.delivered,
}

async function prepared(action: FulfillmentAction): Promise<{ orderId: number; extra: string }> {
  const { orderId } = await makePaidOrder(people)
  return { orderId, extra: (await CASES[action].prepare?.(orderId)) ?? '' }
}

const REFUSALS = { forbidden: [403, 'forbidden'], unknown: [404, 'not_found'] }

test.each(FULFILLMENT_ACTIONS)(
  '%s: each role as the table says, and nobody without a sign-in',
  async (action) => {
    const { act } = CASES[action]
    const allowed: FulfillmentRole[] = []
    const scene = await prepared(action)
    for (const role of FULFILLMENT_ROLES) {
      const verdict = PERMISSIONS[action][role]
      if (verdict === 'may') allowed.push(role)
      else
        expect(refusalOf(await act(scene.orderId, people[role], scene.extra)), role).toEqual(
          REFUSALS[verdict],
        )
    }
    expect(refusalOf(await act(scene.orderId, undefined, scene.extra))).toEqual([401, 'unauthenticated'])
    for (const [index, role] of allowed.entries()) {
      const { orderId, extra } = index === 0 ? scene : await prepared(action)
      const answer = await act(orderId, people[role], extra)
      expect([200, 201], `${role}: ${answer.text}`).toContain(answer.status)
    }
  },
)

test.each(Object.entries(EVENTS))(
  '%s by a tracking event (%s): each role as the table says',
  async (name, status) => {
    const action = FULFILLMENT_ACTIONS.find((known) => known === name)
    if (action === undefined) throw new Error(`No action ${name}`)
    const { orderId } = await prepared(action)
    const act = (as?: Person) =>
      api('POST', `/api/orders/${orderId}/transport/events`, { as, body: { status } })
    for (const role of FULFILLMENT_ROLES) {
      const verdict = PERMISSIONS[action][role]
      if (verdict !== 'may') expect(refusalOf(await act(people[role])), role).toEqual(REFUSALS[verdict])
    }
    expect(refusalOf(await act())).toEqual([401, 'unauthenticated'])
    ;(await act(people.admin)).expect(201)
  },
)

test('the table hides everything from strangers, and shows whatever it lets somebody do', () => {
  for (const action of FULFILLMENT_ACTIONS) {
    expect(PERMISSIONS[action].stranger, action).toBe('unknown')
    for (const role of ['buyer', 'seller', 'admin'] as const)
      expect(PERMISSIONS[action][role], action).not.toBe('unknown')
  }
  expect(judge('book_transport', ['seller', 'admin'])).toBe('forbidden')
  expect(judge('quote_transport', ['buyer', 'admin'])).toBe('may')
  expect(judge('view_title', ['stranger'])).toBe('unknown')
})

test('an admin who buys may do what both may', async () => {
  const { orderId } = await makePaidOrder({ seller: people.seller, buyer: people.admin })
  ;(await askTransport(orderId, people.admin)).expect(201)
  const quoted = { status: S.quoted, quoted_price: 300 }
  ;(await patchTransport(orderId, people.admin, quoted)).expect(200)
  ;(await patchTransport(orderId, people.admin, { status: S.booked })).expect(200)
})
