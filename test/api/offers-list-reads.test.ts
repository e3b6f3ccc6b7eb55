import { beforeAll, expect, test } from 'vitest'
import { offerPageSchema } from '../../src/offers/schemas.ts'
import { type ApiResponse, api } from '../support/api.ts'
import { countReads, query } from '../support/database.ts'
import { copyRow } from '../support/many-vehicles.ts'
import { createActiveVehicle } from '../support/market.ts'
import { offered } from '../support/offers.ts'
import { type Person, signIn } from '../support/people.ts'

const READS_MAX = 2_000
const OFFERS = 6_000
const FIRST_ID = 100_000

let dealer: Person
let busyVehicle: number
beforeAll(async () => {
  const [other, third] = await Promise.all([signIn(), signIn()])
  dealer = await signIn()
  const ownVehicle = await createActiveVehicle(dealer)
  busyVehicle = await createActiveVehicle(other)
  const { id } = await offered(ownVehicle, other, 5_000)
  await query(
    "UPDATE offers SET status = 'rejected', standing_key = NULL, next_attempt_at = NULL WHERE id = ?",
    [id],
  )
  // Half were offered to the dealer; the other half are others' on a busy vehicle, but for a few of the dealer's.
  const isReceived = 'n % 2 = 0'
  const isSent = 'n % 1000 = 1'
  const offer = {
    id: `${FIRST_ID} + n`,
    creation_key: "CONCAT('copy-', n)",
    vehicle_id: `IF(${isReceived}, ${ownVehicle}, ${busyVehicle})`,
    seller_id: `IF(${isReceived}, ${dealer.user.id}, ${other.user.id})`,
    buyer_id: `IF(${isSent}, ${dealer.user.id}, ${third.user.id})`,
  }
  await copyRow('offers', id, offer, 0, OFFERS)
  await query('DELETE FROM offers WHERE id = ?', [id])
  await query('ANALYZE TABLE offers')
})

/** Which of the copies a list should show, the newest first. */
const wanted = (fits: (n: number) => boolean): number[] =>
  Array.from({ length: OFFERS }, (_, n) => n)
    .filter(fits)
    .map((n) => FIRST_ID + n)
    .reverse()

const isSent = (n: number): boolean => n % 1000 === 1

test.each<[string, () => string, (n: number) => boolean]>([
  ['all', () => '', (n) => n % 2 === 0 || isSent(n)],
  ['of a vehicle on which thousands of others have offered', () => `vehicle_id=${busyVehicle}&`, isSent],
])('a list of offers reads at most 2000 rows of 6000: %s', async (_what, search, fits) => {
  const ids = wanted(fits)
  const get = async (more: string): Promise<ApiResponse> => {
    let answer: ApiResponse | undefined
    const { handlerReads, statements } = await countReads(async () => {
      answer = await api('GET', `/api/offers?${search()}${more}`, { as: dealer })
    })
    const dearest = statements.toSorted((a, b) => b.handlerReads - a.handlerReads)[0]
    expect(handlerReads, `${dearest?.handlerReads} for ${dearest?.sql}`).toBeLessThanOrEqual(READS_MAX)
    if (answer === undefined) throw new Error('No answer')
    return answer.expect(200)
  }
  await api('GET', '/api/offers', { as: dealer })
  const first = (await get('per_page=20')).as(offerPageSchema)
  expect(first.offers.map(({ id }) => id)).toEqual(ids.slice(0, 20))
  expect([first.total, first.total_capped]).toEqual([Math.min(ids.length, 1_200), ids.length > 1_200])
  if (first.next_cursor === null) return
  const second = (await get(`per_page=20&cursor=${first.next_cursor}`)).as(offerPageSchema)
  expect(second.offers.map(({ id }) => id)).toEqual(ids.slice(20, 40))
})
