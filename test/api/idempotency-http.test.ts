import { describe, expect, test } from 'vitest'
import { type ApiResponse, api } from '../support/api.ts'
import { withFault } from '../support/database.ts'
import { createActiveVehicle, makeVin } from '../support/market.ts'
import { type Person, signIn } from '../support/people.ts'

const seller = await signIn()

const create = (key: string, body: object, as: Person = seller) =>
  api('POST', '/api/vehicles', { as, body, headers: { 'Idempotency-Key': key } })
const refusalOf = (answer: ApiResponse) => [answer.status, answer.at('code')]
const replayOf = (answer: ApiResponse) => answer.headers.get('idempotent-replay')
async function countVehicles(vin: string): Promise<number> {
  const listed = await api('GET', '/api/vehicles?seller_id=me&per_page=100', { as: seller })
  return listed.expect(200).text.split(`"${vin}"`).length - 1
}

describe('a POST that creates, with an Idempotency-Key', () => {
  test('gives the same status and body again, and says that it does', async () => {
    const [key, vin] = [crypto.randomUUID(), makeVin()]
    const first = await create(key, { vin })
    const second = await create(key, { vin })
    expect([first.status, replayOf(first)]).toEqual([201, null])
    expect([second.status, replayOf(second)]).toEqual([201, 'true'])
    expect(second.text).toBe(first.text)
    expect(await countVehicles(vin)).toBe(1)
  })

  test('refuses the key with another body as id_reused', async () => {
    const [key, vin] = [crypto.randomUUID(), makeVin()]
    await create(key, { vin })
    const other = await create(key, { vin, mileage: 1 })
    expect(refusalOf(other)).toEqual([409, 'id_reused'])
    expect(replayOf(other)).toBeNull()
  })

  test('twenty at once make one, the others are that one or in progress with Retry-After', async () => {
    const [key, vin] = [crypto.randomUUID(), makeVin()]
    const answers = await Promise.all(Array.from({ length: 20 }, () => create(key, { vin })))
    const made = answers.filter(({ status }) => status === 201)
    const refused = answers.filter(({ status }) => status !== 201)
    expect(made.filter((answer) => replayOf(answer) === null)).toHaveLength(1)
    expect(new Set(made.map(({ text }) => text)).size).toBe(1)
    for (const answer of refused) {
      expect(refusalOf(answer)).toEqual([409, 'in_progress'])
      expect(answer.headers.get('retry-after')).toBe('1')
    }
    expect(await countVehicles(vin)).toBe(1)
  })

  test('is free again after a refusal: only 2xx is kept', async () => {
    const [key, vin] = [crypto.randomUUID(), makeVin()]
    expect((await create(key, { vin: 'short' })).status).toBe(400)
    await createActiveVehicle(seller, { vin })
    expect(refusalOf(await create(key, { vin }))).toEqual([409, 'duplicate_vin'])
    expect((await create(key, { vin: makeVin() })).status).toBe(201)
  })

  test('of two users is two keys', async () => {
    const [key, vin, other] = [crypto.randomUUID(), makeVin(), await signIn()]
    await create(key, { vin })
    const theirs = await create(key, { vin: makeVin() }, other)
    expect([theirs.status, replayOf(theirs)]).toEqual([201, null])
  })

  test.each(['', 'k'.repeat(256), 'with\ttab'])('is 400 where the key is %j', async (key) => {
    const answer = await create(key, { vin: makeVin() })
    expect(refusalOf(answer)).toEqual([400, 'validation_failed'])
    expect(answer.at('details.0.path')).toBe('Idempotency-Key')
  })

  test.each(['k', 'k'.repeat(255), '!"#$%&\'()*+,-./:;<=>?@[\\]^_`{|}~', 'with a space'])(
    'may be %j',
    async (key) => {
      const body = { vin: makeVin() }
      await create(key, body)
      expect(replayOf(await create(key, body))).toBe('true')
    },
  )

  test('without a sign-in is 401 like any other', async () => {
    const answer = await api('POST', '/api/vehicles', {
      body: { vin: makeVin() },
      headers: { 'Idempotency-Key': crypto.randomUUID() },
    })
    expect(refusalOf(answer)).toEqual([401, 'unauthenticated'])
  })

  test('a COMMIT whose answer was lost makes one vehicle and answers 201', async () => {
    const [key, vin] = [crypto.randomUUID(), makeVin()]
    const lost = { mode: 'lose-answer', matching: '^COMMIT', times: 1 } as const
    const first = await withFault(lost, () => create(key, { vin }))
    expect(first.status).toBe(201)
    expect((await create(key, { vin })).text).toBe(first.text)
    expect(await countVehicles(vin)).toBe(1)
  })

  test('with MySQL away it is 503, and made once when it is back', async () => {
    const [key, vin] = [crypto.randomUUID(), makeVin()]
    expect(refusalOf(await withFault({ mode: 'refuse' }, () => create(key, { vin })))).toEqual([
      503,
      'unavailable',
    ])
    expect((await create(key, { vin })).status).toBe(201)
    expect(await countVehicles(vin)).toBe(1)
  })
})
