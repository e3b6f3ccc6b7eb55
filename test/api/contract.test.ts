import { env } from 'cloudflare:workers'
import { beforeAll, describe, expect, test, vi } from 'vitest'
import { createApp } from '../../src/app.ts'
import { VARIABLE_NAMES } from '../../src/platform/env.ts'
import { LIMITS } from '../../src/platform/rate-limit.ts'
import { api } from '../support/api.ts'
import {
  type Contract,
  operationOf,
  operationsOf,
  readContract,
  readSchema,
  referencesIn,
  resolve,
  type StatedOperation,
  statedAnswer,
} from '../support/contract.ts'
import { withFault } from '../support/database.ts'
import { createActiveVehicle, createAuction } from '../support/market.ts'
import { type Person, signIn } from '../support/people.ts'
import { sellVehicle } from '../support/sales.ts'
import { setVariables } from '../support/variables.ts'

/** Mounted, and not in the document: sockets, and the parts of the page. */
const UNSTATED = [
  'GET /api/auctions/{id}/live',
  'GET /api/me/stream',
  'GET /docs/docs.css',
  'GET /docs/docs.js',
  'GET /docs/schemas.js',
]

let contract: Contract
let operations: StatedOperation[]
let seller: Person
let buyer: Person

beforeAll(async () => {
  contract = await readContract()
  operations = operationsOf(contract)
  ;[seller, buyer] = await Promise.all([signIn(), signIn()])
})

const keyOf = ({ method, path }: { method: string; path: string }) => `${method} ${path}`

describe('the contract', () => {
  test('has every route of the app but the sockets, and no other', () => {
    const { routes } = createApp(() => {
      throw new Error('Nothing is asked of this app')
    })
    const mounted = routes
      .filter(({ method }) => method !== 'ALL')
      .map(({ method, path }) => `${method} ${path.replaceAll(/:([a-z_]+)/g, '{$1}')}`)
    const missing = new Set(mounted).difference(new Set(operations.map(keyOf)))
    expect([...missing].sort()).toEqual(UNSTATED)
    expect(operations.map(keyOf).filter((key) => !mounted.includes(key))).toEqual([])
  })

  test('says of every operation how it answers', () => {
    const silent = operations.filter(
      ({ responses }) => Object.keys(responses).filter((status) => /^[1-3]/.test(status)).length === 0,
    )
    expect(silent.map(keyOf)).toEqual([])
  })

  test('has every operation under an id of its own, and a tag that it lists', () => {
    const ids = operations.map(({ operationId }) => operationId)
    expect(new Set(ids).size).toBe(ids.length)
    const tags = contract.tags.map(({ name }) => name)
    expect(new Set(operations.flatMap((operation) => operation.tags))).toEqual(new Set(tags))
    expect(operationOf(contract, 'PATCH', '/api/vehicles/{id}/images/{image_id}').operationId).toBe(
      'patchVehiclesByIdImagesByImageId',
    )
  })

  test('declares each parameter of a path, and each parameter once', () => {
    for (const { path, parameters } of operations) {
      const inPath = parameters.filter((parameter) => parameter.in === 'path')
      expect(inPath.map(({ name }) => `{${name}}`)).toEqual(path.match(/\{[^}]+\}/g) ?? [])
      expect(inPath.every(({ required }) => required)).toBe(true)
      const names = parameters.map((parameter) => `${parameter.in} ${parameter.name}`)
      expect(new Set(names).size, path).toBe(names.length)
    }
  })

  test('refers to nothing that is not there', () => {
    const references = new Set(referencesIn(contract))
    expect(references.size).toBeGreaterThan(50)
    for (const reference of references) expect(resolve(contract, reference), reference).toBeTypeOf('object')
    const schemes = new Set(operations.flatMap(({ security }) => security.flatMap(Object.keys)))
    for (const scheme of schemes) expect(contract.components.securitySchemes).toHaveProperty(scheme)
  })

  test('has only schemas that JSON Schema knows', () => {
    for (const [name, schema] of Object.entries(contract.components.schemas)) {
      expect(() => readSchema(contract, schema), name).not.toThrow()
    }
  })

  test('has the name and version that the API tells', async () => {
    const { info } = contract
    expect((await api('GET', '/api')).body).toMatchObject({ name: info.title, version: info.version })
  })

  test('names no variable, no value of one and no other host', async () => {
    const { text } = await api('GET', '/openapi.json')
    const telling = VARIABLE_NAMES.filter((name) =>
      /KEY|SECRET|TOKEN|URL|ENDPOINT|EMAIL|PASSWORD|IDS$/.test(name),
    )
    const values = telling.flatMap((name) => {
      const value: unknown = Reflect.get(env, name)
      return typeof value === 'string' && value !== '' ? [value] : []
    })
    expect(values.length).toBeGreaterThan(3)
    expect([...VARIABLE_NAMES, ...values, '://'].filter((word) => text.includes(word))).toEqual([])
  })
})

describe('what it says of tokens is so', () => {
  const isRequired = ({ security }: StatedOperation) =>
    security.length > 0 && security.every((choice) => 'access_token' in choice)
  const ask = ({ method, path }: StatedOperation) => api(method, path.replaceAll(/\{[^}]+\}/g, '1'))

  test('an operation that asks for a token refuses who has none', async () => {
    const guarded = operations.filter(isRequired)
    expect(guarded.length).toBeGreaterThan(50)
    for (const operation of guarded) expect([keyOf(operation), (await ask(operation)).status]).toContain(401)
  })

  test('an operation that asks for none, or for one that may be missing, does not', async () => {
    const open = operations.filter(
      (operation) => !isRequired(operation) && !/^\/api\/(?:auth|webhooks)\//.test(operation.path),
    )
    expect(open.length).toBeGreaterThan(10)
    for (const operation of open) expect([keyOf(operation), (await ask(operation)).status]).not.toContain(401)
  })

  test('what only administrators may do is 403 for others', async () => {
    const forAdmins = operations.filter(({ security }) =>
      security.some((choice) => choice.access_token?.includes('admin')),
    )
    expect(forAdmins.map(keyOf)).toContain('GET /api/admin/users')
    for (const { method, path } of forAdmins) {
      const answer = await api(method, path.replaceAll(/\{[^}]+\}/g, '1'), { as: buyer })
      expect([keyOf({ method, path }), answer.status]).toContain(403)
    }
  })
})

describe('what it says of answers is so', () => {
  const check = async (path: string, id: number | null, as?: Person) => {
    const answer = await api('GET', path.replace('{id}', String(id)), { as })
    expect(answer.status).toBe(200)
    const stated = statedAnswer(contract, 'GET', path, '200')
    expect(stated.safeParse(answer.body).error?.issues).toBeUndefined()
    expect(stated.safeParse({ ...Object(answer.body), id: 'x', vehicles: 1, orders: 1 }).success).toBe(false)
  }

  test('of vehicles, auctions and orders, alone and in lists', async () => {
    const vehicleId = await createActiveVehicle(seller, { reserve_price: 2000.5 })
    await check('/api/vehicles', null)
    await check('/api/vehicles/{id}', vehicleId, seller)
    const auction = await createAuction(seller, { vehicle_id: vehicleId })
    await check('/api/auctions/{id}', auction.id)
    const { orderId } = await sellVehicle(seller, buyer, 4321.99)
    await check('/api/orders', null, buyer)
    await check('/api/orders/{id}', orderId, buyer)
  })

  test('of a refusal', async () => {
    const refused = await api('POST', '/api/watchlist', { as: buyer, body: { vehicle_id: 'x' } })
    const stated = statedAnswer(contract, 'POST', '/api/watchlist', '400')
    expect(refused.at('details.0.path')).toBe('vehicle_id')
    expect(stated.safeParse(refused.body).success).toBe(true)
    expect(stated.safeParse({ ...Object(refused.body), code: 'no_such_code' }).success).toBe(false)
    expect(statedAnswer(contract, 'GET', '/api/vehicles', '429').safeParse(refused.body).success).toBe(true)
  })

  test('amounts are numbers and times are texts', () => {
    const order = statedAnswer(contract, 'GET', '/api/orders/{id}', '200')
    const problemsOf = (value: unknown, field: string) =>
      order.safeParse({ [field]: value }).error?.issues.filter(({ path }) => path[0] === field).length
    expect([problemsOf(12.34, 'total'), problemsOf('12.34', 'total'), problemsOf(12.345, 'total')]).toEqual([
      0, 1, 1,
    ])
    const now = new Date().toISOString()
    expect([problemsOf(now, 'created_at'), problemsOf(Date.now(), 'created_at')]).toEqual([0, 1])
  })
})

describe('what it says of requests is so', () => {
  test('bodies, query and headers come from what validates them', () => {
    const create = operationOf(contract, 'POST', '/api/watchlist')
    const [, stated] = Object.entries(create.requestBody?.content ?? {})[0] ?? []
    const body = readSchema(contract, stated?.schema ?? {})
    expect([body.safeParse({ vehicle_id: 1 }).success, body.safeParse({}).success]).toEqual([true, false])
    const list = operationOf(contract, 'GET', '/api/vehicles').parameters
    expect(list.map(({ name }) => name)).toEqual(expect.arrayContaining(['make', 'page', 'cursor', 'sort']))
    const quote = operationOf(contract, 'GET', '/api/auctions/{id}/quote').parameters
    expect(quote.find(({ name }) => name === 'amount')).toMatchObject({ in: 'query', required: true })
  })

  test('what may be repeated takes Idempotency-Key', () => {
    const takesKey = operations.filter(({ parameters }) =>
      parameters.some((parameter) => parameter.in === 'header' && parameter.name === 'Idempotency-Key'),
    )
    expect(takesKey.map(keyOf)).toEqual(
      expect.arrayContaining(['POST /api/vehicles', 'POST /api/auctions', 'POST /api/auctions/{id}/bids']),
    )
    expect(takesKey.every(({ method }) => method === 'POST')).toBe(true)
  })

  test('a body that may be missing, or is read as it came, is stated too', () => {
    const required = (path: string) => operationOf(contract, 'POST', path).requestBody?.required
    expect(required('/api/auth/refresh')).toBe(false)
    expect(required('/api/webhooks/clerk')).toBe(true)
  })
})

describe('GET /openapi.json', () => {
  test('asks no database', async () => {
    const answer = await withFault({ mode: 'refuse' }, () => api('GET', '/openapi.json'))
    expect(answer.status).toBe(200)
    expect(answer.headers.get('content-type')).toBe('application/json')
  })

  test('may be kept, and is 304 for who has it', async () => {
    const first = await api('GET', '/openapi.json')
    const etag = first.headers.get('etag') ?? ''
    expect(etag).toMatch(/^"[0-9a-f]{32}"$/)
    expect(first.headers.get('cache-control')).toBe('public, max-age=300')
    const again = await api('GET', '/openapi.json', { headers: { 'If-None-Match': `"other", W/${etag}` } })
    expect([again.status, again.text, again.headers.get('etag')]).toEqual([304, '', etag])
    const other = await api('GET', '/openapi.json', { headers: { 'If-None-Match': '"other"' } })
    expect([other.status, other.text]).toEqual([200, first.text])
  })

  test.each(['/openapi.json', '/docs', '/docs/docs.js', '/docs/schemas.js', '/docs/docs.css'])(
    '%s: HEAD is GET without a body, and no other method is there',
    async (path) => {
      const head = await api('HEAD', path)
      expect([head.status, head.text]).toEqual([200, ''])
      const post = await api('POST', path)
      expect([post.status, post.at('code')]).toEqual([405, 'method_not_allowed'])
      expect(post.headers.get('allow')?.split(', ').sort()).toEqual(['GET', 'HEAD'])
    },
  )

  test.each([
    ['/openapi.json', '198.18.7.1'],
    ['/docs', '198.18.7.2'],
    ['/docs/docs.js', '198.18.7.3'],
  ])('%s counts as a read', async (path, address) => {
    setVariables({ RATE_LIMITS: 'on' })
    // The windows are those of the clock: it stands at the beginning of one.
    vi.useFakeTimers({ toFake: ['Date'], now: Math.ceil(Date.now() / 60_000) * 60_000 + 1 })
    const headers = { 'CF-Connecting-IP': address }
    try {
      const { requests } = LIMITS.read.perAddress
      for (let done = 0; done < requests; done += 20) {
        const some = Array.from({ length: 20 }, () => api('HEAD', path, { headers }))
        expect((await Promise.all(some)).filter(({ status }) => status !== 200)).toEqual([])
      }
      expect((await api('GET', path, { headers })).at('code')).toBe('rate_limited')
    } finally {
      vi.useRealTimers()
    }
  })
})
