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
const nextAddress = () => {
  addresses += 1
  return { headers: { 'CF-Connecting-IP': `198.19.0.${addresses}` } }
}
const nextPerson = async () => ({ ...nextAddress(), as: await signIn() })
type Caller = ReturnType<typeof nextAddress> | Awaited<ReturnType<typeof nextPerson>>

const ROUTES = [
  ['GET /api/vin/:vin', 'vin', (caller: Caller) => api('GET', `/api/vin/${VIN}`, caller)],
  [
    'POST /api/vin/batch',
    'vin_batch',
    (caller: Caller) =>
      api('POST', '/api/vin/batch', { ...caller, body: { vins: [VIN, '5YJ3E1EA2KF317000'] } }),
  ],
  [
    'POST /api/decode-vin',
    'vin',
    (caller: Caller) => api('POST', '/api/decode-vin', { ...caller, body: { vin: VIN } }),
  ],
] as const

const FOR_STRANGERS = ROUTES.filter(([route]) => route !== 'POST /api/decode-vin')

describe.each([
  ...ROUTES.map((route) => [...route, 'somebody', 'perUser', nextPerson] as const),
  ...FOR_STRANGERS.map((route) => [...route, 'a stranger', 'perAddress', nextAddress] as const),
])('%s', (_route, name, ask, who, counted, nextCaller) => {
  test(`for ${who} asks no database, no Redis and nobody outside, its limit included`, async () => {
    const caller = await nextCaller()
    const asked = listenOutside()
    expect((await ask(caller)).status).toBe(200)
    expect(asked).toEqual([])
  })

  test(`for ${who} is limited by the isolate`, async () => {
    const caller = await nextCaller()
    const statuses = new Set<number>()
    for (let i = 0; i < LIMITS[name][counted].requests; i++) statuses.add((await ask(caller)).status)
    expect([...statuses]).toEqual([200])
    expect(refusalOf(await ask(caller))).toEqual([429, 'rate_limited'])
    expect((await ask(await nextCaller())).status).toBe(200)
  })
})

test('fifty numbers at once may be asked for less often than one', () => {
  expect(LIMITS.vin_batch.perAddress.requests).toBeLessThan(LIMITS.vin.perAddress.requests)
  expect(LIMITS.vin_batch.perUser.requests).toBeLessThan(LIMITS.vin.perUser.requests)
})
