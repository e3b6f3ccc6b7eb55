import { beforeEach, describe, expect, test } from 'vitest'
import { LIMITS } from '../../src/platform/rate-limit.ts'
import { api, signIn } from '../support/index.ts'
import { listenOutside } from '../support/outside.ts'
import { refusalOf } from '../support/sessions.ts'
import { setVariables } from '../support/variables.ts'

const VIN = '1HGCM82633A004352'

beforeEach(() => setVariables({ RATE_LIMITS: 'on' }))

let addresses = 0
/** The address of a caller whom no other test has counted. */
const nextCaller = () => {
  addresses += 1
  return { headers: { 'CF-Connecting-IP': `198.19.0.${addresses}` } }
}
type Caller = ReturnType<typeof nextCaller>
type Person = Awaited<ReturnType<typeof signIn>>

const ROUTES = [
  ['GET /api/vin/:vin', 'vin', (from: Caller) => api('GET', `/api/vin/${VIN}`, from)],
  [
    'POST /api/vin/batch',
    'vin_batch',
    (from: Caller) => api('POST', '/api/vin/batch', { ...from, body: { vins: [VIN, '5YJ3E1EA2KF317000'] } }),
  ],
  [
    'POST /api/decode-vin',
    'vin',
    (from: Caller, as: Person) => api('POST', '/api/decode-vin', { ...from, as, body: { vin: VIN } }),
  ],
] as const

describe.each(ROUTES)('%s', (route, name, ask) => {
  test('asks no database, no Redis and nobody outside, its limit included', async () => {
    const person = await signIn()
    const asked = listenOutside()
    expect((await ask(nextCaller(), person)).status).toBe(200)
    expect(asked).toEqual([])
  })

  test('is limited by the isolate', async () => {
    const [caller, person] = [nextCaller(), await signIn()]
    const { perUser, perAddress } = LIMITS[name]
    const { requests } = route === 'POST /api/decode-vin' ? perUser : perAddress
    const statuses = new Set<number>()
    for (let i = 0; i < requests; i++) statuses.add((await ask(caller, person)).status)
    expect([...statuses]).toEqual([200])
    expect(refusalOf(await ask(caller, person))).toEqual([429, 'rate_limited'])
  })
})

test('fifty numbers at once may be asked for less often than one', () => {
  expect(LIMITS.vin_batch.perAddress.requests).toBeLessThan(LIMITS.vin.perAddress.requests)
  expect(LIMITS.vin_batch.perUser.requests).toBeLessThan(LIMITS.vin.perUser.requests)
})
