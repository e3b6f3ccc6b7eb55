import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { createDeps } from '../../src/deps.ts'
import { offerMadeSchema } from '../../src/offers/schemas.ts'
import { sweep } from '../../src/sweeper.ts'
import { moveOffer, sweepOffersAt, toldTypes } from '../support/after-hammer.ts'
import { api } from '../support/api.ts'
import { query, withFault } from '../support/database.ts'
import { createActiveVehicle, createAuction, createDraftVehicle } from '../support/market.ts'
import {
  answer,
  answered,
  listOffers,
  offered,
  offerOn,
  statusesOf,
  vehicleStatus,
  winnerOf,
} from '../support/offers.ts'
import { type Person, signIn } from '../support/people.ts'
import { refusalOf } from '../support/sessions.ts'

const HOUR_MS = 3_600_000

const [seller, buyer, other] = await Promise.all([
  signIn(undefined, { first_name: 'Sam', last_name: 'Seller' }),
  signIn(undefined, { first_name: 'Bea', last_name: 'Buyer' }),
  signIn(),
])

const post = (path: string, as: Person, body?: object) => api('POST', path, { as, body })

describe('M4: POST /api/vehicles/:id/offers', () => {
  test('a buyer offers on an active vehicle; the seller is told; it stands 48 h', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const body = { amount: 5_000.5, message: 'Cash today' }
    const made = (await post(`/api/vehicles/${vehicleId}/offers`, buyer, body)).expect(201)
    const { offer } = made.as(offerMadeSchema)
    expect(offer).toMatchObject({
      kind: 'listing',
      vehicle_id: vehicleId,
      auction_id: null,
      buyer: { id: buyer.user.id, display_name: 'Bea B.' },
      seller: { id: seller.user.id, display_name: 'Sam S.' },
      made_by: 'buyer',
      amount: 5_000.5,
      currency: 'USD',
      message: 'Cash today',
      round: 1,
      previous_id: null,
      status: 'pending',
      your_turn: false,
    })
    expect(Date.parse(offer.expires_at) - Date.parse(offer.created_at)).toBe(48 * HOUR_MS)
    expect(await toldTypes(seller, `offer:${offer.id}:`)).toEqual(['offer_received'])
  })

  test('it is below the buy-now price where there is one', async () => {
    const vehicleId = await createActiveVehicle(seller, { buy_now_price: 9_000 })
    const refused = await offerOn(vehicleId, buyer, 9_000)
    expect(refusalOf(refused)).toEqual([400, 'validation_failed'])
    expect(refused.at('details')).toEqual([{ path: 'amount', message: 'Must be below $9,000.00' }])
    await offered(vehicleId, buyer, 8_999.99)
  })

  test('one standing offer per buyer and vehicle', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const first = await offered(vehicleId, buyer, 5_000)
    expect(refusalOf(await offerOn(vehicleId, buyer, 5_500))).toEqual([409, 'offer_stands'])
    await offered(vehicleId, other, 5_500)
    await answered(first.id, buyer, 'withdraw')
    await offered(vehicleId, buyer, 5_600)
    expect(await statusesOf(vehicleId)).toEqual(['withdrawn', 'pending', 'pending'])
  })

  test('of 50 at once by one buyer exactly one stands', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const answers = await Promise.all(
      Array.from({ length: 50 }, (_, n) => offerOn(vehicleId, buyer, 5_000 + n)),
    )
    expect(winnerOf(answers).status).toBe(201)
    expect(await statusesOf(vehicleId)).toEqual(['pending'])
  })

  test('repeated with its key it is the same offer again', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const headers = { 'idempotency-key': `offer-${vehicleId}` }
    const [first, second] = [
      await offerOn(vehicleId, buyer, 5_000, headers),
      await offerOn(vehicleId, buyer, 5_000, headers),
    ]
    expect([first.status, second.status]).toEqual([201, 201])
    expect(second.body).toEqual(first.body)
    expect(second.headers.get('idempotent-replay')).toBe('true')
    expect(await statusesOf(vehicleId)).toEqual(['pending'])
  })

  test('repeated with its key it is the same offer again, though its vehicle can be seen no more', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const headers = { 'idempotency-key': `gone-${vehicleId}` }
    const first = (await offerOn(vehicleId, buyer, 5_000, headers)).expect(201)
    ;(await api('POST', `/api/vehicles/${vehicleId}/archive`, { as: seller })).expect(200)
    const second = await offerOn(vehicleId, buyer, 5_000, headers)
    expect([second.status, second.body]).toEqual([201, first.body])
    expect(second.headers.get('idempotent-replay')).toBe('true')
    expect((await offerOn(vehicleId, buyer, 5_001, headers)).at('code')).toBe('id_reused')
    expect((await offerOn(vehicleId, buyer, 5_000)).status).toBe(404)
  })

  test('401 without a sign-in, 403 on one’s own vehicle, 404 for one that nobody may see', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const unsigned = await api('POST', `/api/vehicles/${vehicleId}/offers`, { body: { amount: 1 } })
    expect(refusalOf(unsigned)).toEqual([401, 'unauthenticated'])
    expect(refusalOf(await offerOn(vehicleId, seller, 5_000))).toEqual([403, 'forbidden'])
    const draft = await createDraftVehicle(seller)
    expect(refusalOf(await offerOn(draft, buyer, 5_000))).toEqual([404, 'not_found'])
    expect(refusalOf(await offerOn(999_999, buyer, 5_000))).toEqual([404, 'not_found'])
  })

  test('403 for who may not buy: suspended since their sign-in, though their token says nothing of it', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const suspended = await signIn()
    await query("UPDATE users SET status = 'suspended' WHERE id = ?", [suspended.user.id])
    expect(refusalOf(await offerOn(vehicleId, suspended, 5_000))).toEqual([403, 'not_eligible'])
    expect(await statusesOf(vehicleId)).toEqual([])
  })

  test('409 wrong_status while the vehicle is in auction: the door is closed', async () => {
    const { vehicle_id } = await createAuction(seller)
    expect(refusalOf(await offerOn(vehicle_id, buyer, 5_000))).toEqual([409, 'wrong_status'])
  })

  test.each([
    {},
    { amount: '5000' },
    { amount: 0 },
    { amount: -5 },
    { amount: 1.234 },
    { amount: 100_000_000 },
    { amount: 5_000, message: 'x'.repeat(501) },
    { amount: 5_000, message: 7 },
  ])('400 for %j', async (body) => {
    const vehicleId = await createActiveVehicle(seller)
    const refused = await post(`/api/vehicles/${vehicleId}/offers`, buyer, body)
    expect(refusalOf(refused)).toEqual([400, 'validation_failed'])
  })
})

describe('M4: time', () => {
  test('the deadline is judged at its stored instant by every action, though nobody has swept', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const { id } = await offered(vehicleId, buyer, 5_000)
    await moveOffer(id, Date.now() - 1)
    expect((await listOffers(seller, `?vehicle_id=${vehicleId}`)).offers).toMatchObject([
      { status: 'expired', your_turn: false },
    ])
    expect(await statusesOf(vehicleId)).toEqual(['pending'])
    expect(refusalOf(await answer(id, seller, 'accept'))).toEqual([409, 'wrong_status'])
    expect(await statusesOf(vehicleId)).toEqual(['expired'])
    for (const person of [seller, buyer]) {
      expect(await toldTypes(person, `offer:${id}:expired`)).toEqual(['offer_expired'])
    }
    await offered(vehicleId, buyer, 5_100)
  })

  test('a new offer of the same buyer does not wait for the sweeper either', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const { id } = await offered(vehicleId, buyer, 5_000)
    await moveOffer(id, Date.now() - 1)
    await offered(vehicleId, buyer, 5_100)
    expect(await statusesOf(vehicleId)).toEqual(['expired', 'pending'])
  })

  test('the sweeper applies it without anyone acting, not before its instant, and tells once', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const { id, expires_at } = await offered(vehicleId, buyer, 5_000)
    const deadline = Date.parse(expires_at)
    await sweepOffersAt(deadline - 1)
    expect(await statusesOf(vehicleId)).toEqual(['pending'])
    await Promise.all([sweepOffersAt(deadline), sweepOffersAt(deadline)])
    expect(await statusesOf(vehicleId)).toEqual(['expired'])
    expect(await toldTypes(buyer, `offer:${id}:expired`)).toEqual(['offer_expired'])
    expect(await sweepOffersAt(deadline)).toBe(0)
  })

  test('with MySQL away for a moment the next turn applies it, as of its instant', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const { id, expires_at } = await offered(vehicleId, buyer, 5_000)
    const now = Date.parse(expires_at) + 1
    // The transaction and its second run; what comes after gets through.
    await withFault({ mode: 'refuse', matching: '^update `offers`', times: 2 }, () => sweepOffersAt(now))
    expect(await statusesOf(vehicleId)).toEqual(['pending'])
    expect(await sweepOffersAt(now)).toBe(1)
    expect(await statusesOf(vehicleId)).toEqual(['expired'])
    const [row] = await query('SELECT updated_at = expires_at AS exact FROM offers WHERE id = ?', [id])
    expect(Number(row?.exact)).toBe(1)
  })
})

test('M2, M4: the cron’s turn has offers and decisions in it', async () => {
  const vehicleId = await createActiveVehicle(seller)
  const { id } = await offered(vehicleId, buyer, 5_000)
  await moveOffer(id, Date.now() - 1)
  await sweep(createDeps(env), Date.now())
  expect(await statusesOf(vehicleId)).toEqual(['expired'])
})

describe('M4: the listing', () => {
  test('scheduling an auction voids what stands and tells both sides', async () => {
    const vehicle_id = await createActiveVehicle(seller)
    const [first, second] = [await offered(vehicle_id, buyer, 5_000), await offered(vehicle_id, other, 5_500)]
    await createAuction(seller, { vehicle_id })
    expect(await statusesOf(vehicle_id)).toEqual(['voided', 'voided'])
    expect(await toldTypes(buyer, `offer:${first.id}:voided`)).toEqual(['general'])
    expect(await toldTypes(other, `offer:${second.id}:voided`)).toEqual(['general'])
    expect(await toldTypes(seller, `offer:${second.id}:voided`)).toEqual(['general'])
    expect(refusalOf(await answer(first.id, seller, 'accept'))).toEqual([409, 'wrong_status'])
  })

  test('an auction that is refused voids nothing', async () => {
    const vehicle_id = await createActiveVehicle(seller)
    await offered(vehicle_id, buyer, 5_000)
    const soon = new Date(Date.now() + 1_000).toISOString()
    const refused = await post('/api/auctions', seller, { vehicle_id, ends_at: soon })
    expect(refused.status).toBe(400)
    expect(await statusesOf(vehicle_id)).toEqual(['pending'])
  })

  test('scheduling and accepting at the same moment: one of the two', async () => {
    for (let n = 0; n < 3; n++) {
      const vehicle_id = await createActiveVehicle(seller)
      const { id } = await offered(vehicle_id, buyer, 5_000)
      const ends_at = new Date(Date.now() + HOUR_MS).toISOString()
      const [auction, accepted] = await Promise.all([
        post('/api/auctions', seller, { vehicle_id, ends_at }),
        answer(id, seller, 'accept'),
      ])
      expect([auction.status, accepted.status].sort()).toEqual(
        auction.status === 201 ? [201, 409] : [200, 409],
      )
      expect(await vehicleStatus(vehicle_id)).toBe(auction.status === 201 ? 'in_auction' : 'sold')
      expect(await statusesOf(vehicle_id)).toEqual([auction.status === 201 ? 'voided' : 'accepted'])
    }
  })

  test('archiving the vehicle voids what stands', async () => {
    const vehicleId = await createActiveVehicle(seller)
    const { id } = await offered(vehicleId, buyer, 5_000)
    ;(await post(`/api/vehicles/${vehicleId}/archive`, seller)).expect(200)
    expect(await statusesOf(vehicleId)).toEqual(['voided'])
    expect(await toldTypes(buyer, `offer:${id}:voided`)).toEqual(['general'])
  })
})

describe('GET /api/offers', () => {
  test('has what one offered and what one was offered, the newest first, by vehicle, and nobody else’s', async () => {
    const [both, rival] = [await signIn(), await signIn()]
    const own = await createActiveVehicle(both)
    const foreign = await createActiveVehicle(seller)
    const received = await offered(own, rival, 5_000)
    const sent = await offered(foreign, both, 6_000)
    await offered(foreign, rival, 7_000)
    const all = await listOffers(both)
    expect(all.offers.map(({ id }) => id)).toEqual([sent.id, received.id])
    expect(all).toMatchObject({ total: 2, pages: 1, current_page: 1, next_cursor: null })
    expect(all.offers[0]).toMatchObject({ vehicle: { id: foreign, make: 'Honda' }, your_turn: false })
    expect(all.offers[1]).toMatchObject({ vehicle: { id: own }, your_turn: true })
    expect((await listOffers(both, `?vehicle_id=${own}`)).offers.map(({ id }) => id)).toEqual([received.id])
    const begin = await listOffers(both, '?per_page=1')
    const rest = await listOffers(both, `?per_page=1&cursor=${begin.next_cursor}`)
    expect([...begin.offers, ...rest.offers].map(({ id }) => id)).toEqual([sent.id, received.id])
    expect((await listOffers(await signIn())).offers).toEqual([])
  })

  test('401 without a sign-in, 400 for what is no page and no vehicle', async () => {
    expect(refusalOf(await api('GET', '/api/offers'))).toEqual([401, 'unauthenticated'])
    for (const params of ['page=0', 'per_page=101', 'vehicle_id=x', 'cursor=x']) {
      const refused = await api('GET', `/api/offers?${params}`, { as: buyer })
      expect(refusalOf(refused)).toEqual([400, 'validation_failed'])
    }
  })
})
