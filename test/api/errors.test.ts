import { exports } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { QUERY_TIMEOUT_MS } from '../../src/db/client.ts'
import { type ApiResponse, api, ORIGIN } from '../support/api.ts'
import { withFault } from '../support/database.ts'
import { makeVin } from '../support/market.ts'
import { signIn } from '../support/people.ts'

const BODY_MAX_BYTES = 64 * 1024
/** What a busy machine adds to a bound. */
const SLACK_MS = 1_500

const refusalOf = (answer: ApiResponse) => [answer.status, answer.at('code')]
const fieldsOf = (answer: ApiResponse) => Object.keys(answer.body ?? {}).sort()

const person = await signIn()

const putMe = (body: string, headers: Record<string, string> = {}) =>
  api('PUT', '/api/auth/me', { as: person, body, headers })

describe('an unknown path', () => {
  test.each(['GET', 'POST', 'PUT', 'PATCH', 'DELETE'])('is 404 not_found for %s', async (method) => {
    const answer = await api(method, '/api/no-such-thing')
    expect(refusalOf(answer)).toEqual([404, 'not_found'])
    expect(fieldsOf(answer)).toEqual(['code', 'error', 'request_id'])
    expect(answer.at('request_id')).toBe(answer.headers.get('x-request-id'))
  })

  test.each([
    '/',
    '/api/auth',
    '/api/auth/me/',
    '/API/auth/me',
    '/api//auth/me',
    '/api/auth/%E0%A4%A',
    '/%00',
  ])('is 404 not_found at %s', async (path) => {
    expect(refusalOf(await api('GET', path))).toEqual([404, 'not_found'])
  })
})

describe('a method that a path has not', () => {
  test.each([
    ['DELETE', '/api/auth/me', ['GET', 'HEAD', 'PUT']],
    ['GET', '/api/auth/clerk-sync', ['POST']],
    ['POST', '/health', ['GET', 'HEAD']],
    ['PATCH', '/api', ['GET', 'HEAD']],
  ])('%s %s is 405 and says which there are', async (method, path, methods) => {
    const answer = await api(method, path)
    expect(refusalOf(answer)).toEqual([405, 'method_not_allowed'])
    expect(fieldsOf(answer)).toEqual(['code', 'error', 'request_id'])
    expect(answer.headers.get('allow')?.split(', ').sort()).toEqual(methods)
  })

  test('HEAD is GET without a body', async () => {
    const answer = await api('HEAD', '/health')
    expect([answer.status, answer.text]).toEqual([200, ''])
  })
})

describe('a body', () => {
  test.each(['{', '{"first_name":}', '"', 'undefined', "{'first_name': 'A'}", '{"first_name":"A"}}'])(
    'that is the broken JSON %s is 400 validation_failed',
    async (body) => {
      expect(refusalOf(await putMe(body))).toEqual([400, 'validation_failed'])
    },
  )

  test.each(['[]', 'null', '1', '"text"', '{"first_name":1}', '{"first_name":{"a":1}}'])(
    'of the wrong form %s is 400 and says where',
    async (body) => {
      const answer = await putMe(body)
      expect(refusalOf(answer)).toEqual([400, 'validation_failed'])
      expect(fieldsOf(answer)).toEqual(['code', 'details', 'error', 'request_id'])
      expect(answer.at('details.0')).toEqual({ path: expect.any(String), message: expect.any(String) })
    },
  )

  test.each([
    'text/plain',
    'application/x-www-form-urlencoded',
    'multipart/form-data; boundary=x',
    'application/jsonx',
  ])('of the type %s is 415', async (type) => {
    expect(refusalOf(await putMe('{"first_name":"Ann"}', { 'content-type': type }))).toEqual([
      415,
      'unsupported_media_type',
    ])
  })

  test.each([
    'application/json',
    'application/json; charset=utf-8',
    'APPLICATION/JSON',
    'application/merge-patch+json',
  ])('of the type %s is read', async (type) => {
    expect((await putMe('{"first_name":"Ann"}', { 'content-type': type })).status).toBe(200)
  })

  test('a POST without a body needs no content type', async () => {
    const other = await signIn()
    expect((await api('POST', '/api/auth/logout', { as: other })).status).toBe(204)
  })

  test('of 64 KiB is read', async () => {
    const body = `{"first_name":"Ann"${' '.repeat(BODY_MAX_BYTES - 20)}}`
    expect(body).toHaveLength(BODY_MAX_BYTES)
    expect((await putMe(body)).status).toBe(200)
  })

  test.each([BODY_MAX_BYTES + 1, 1_000_000, 10_000_000])('of %d bytes is 413', async (size) => {
    const start = '{"first_name":"'
    const body = `${start}${'a'.repeat(size - start.length - 2)}"}`
    expect(refusalOf(await putMe(body))).toEqual([413, 'too_large'])
  })

  test('that comes in pieces without a length is 413 as soon as it is too large', async () => {
    const pieces = 100
    let sent = 0
    const body = new ReadableStream({
      pull(controller) {
        sent += 1
        controller.enqueue(new TextEncoder().encode('a'.repeat(4096)))
        if (sent === pieces) controller.close()
      },
    })
    const response = await exports.default.fetch(`${ORIGIN}/api/auth/me`, {
      method: 'PUT',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${person.access_token}` },
      body,
    })
    expect(response.status).toBe(413)
    expect(await response.json()).toMatchObject({ code: 'too_large' })
    expect(sent).toBeLessThan(pieces)
  })

  test('a stranger learns nothing of the form: authentication comes before the body', async () => {
    expect(refusalOf(await api('PUT', '/api/auth/me', { body: '{' }))).toEqual([401, 'unauthenticated'])
    const forged = await api('PUT', '/api/auth/me', { token: 'a.b.c', body: { first_name: 1 } })
    expect(refusalOf(forged)).toEqual([401, 'unauthenticated'])
  })
})

describe('the details of a refusal say in plain words what is wrong', () => {
  const detailsOf = async (method: string, path: string, body?: object) => {
    const answer = await api(method, path, { as: person, body })
    expect(refusalOf(answer)).toEqual([400, 'validation_failed'])
    return answer.at('details')
  }

  test.each([
    ['mileage', '1000', 'Must be a number'],
    ['year', 2018.5, 'Must be a whole number'],
    ['year', 1800, 'Must be at least 1900'],
    ['year', 2101, 'Must be at most 2100'],
    ['make', 5, 'Must be text'],
    ['make', 'x'.repeat(65), 'Must have at most 64 characters'],
    ['has_keys', 'yes', 'Must be true or false'],
    ['condition', 'mint', 'Must be one of runs_drives, starts, non_running, parts_only'],
    ['starting_price', '5000', 'Must be a number'],
    ['starting_price', 0.001, 'Must be at least 0.01'],
    ['starting_price', 5.001, 'Must have at most two decimals'],
    ['condition_grade', 4.25, 'Must have at most one decimal'],
  ])('%s: %j', async (path, value, message) => {
    const details = await detailsOf('POST', '/api/vehicles', { vin: makeVin(), [path]: value })
    expect(details).toEqual([{ path, message }])
  })

  test.each([
    ['year_min', 'abc', 'Must be a whole number of at most 9 digits'],
    ['max_price', '1e3', 'Must be an amount in dollars'],
    ['sort', 'best', 'Must be one of newest, price_asc, price_desc, year_desc, mileage_asc'],
    ['seller_id', 'you', 'Must be me or must be an id'],
    ['per_page', '101', 'Must be at most 100'],
  ])('?%s=%s', async (path, value, message) => {
    expect(await detailsOf('GET', `/api/vehicles?${path}=${value}`)).toEqual([{ path, message }])
  })

  test('a field that is missing, an empty one, a time without its zone, a list that is none', async () => {
    expect(await detailsOf('POST', '/api/vehicles', {})).toEqual([{ path: 'vin', message: 'Is missing' }])
    const auction = { vehicle_id: 0, ends_at: '2027-01-01T00:00:00', increments: null }
    expect(await detailsOf('POST', '/api/auctions', auction)).toEqual([
      { path: 'ends_at', message: 'Must be a time with its zone, as 2026-11-22T21:00:00Z' },
      { path: 'increments', message: 'Must be a list' },
      { path: 'vehicle_id', message: 'Must be above 0' },
    ])
    expect(await detailsOf('POST', '/api/auctions/1/cancel', { reason: ' ' })).toEqual([
      { path: 'reason', message: 'Must not be empty' },
    ])
  })
})

describe('what went wrong inside', () => {
  test('is 500 internal and says nothing else', async () => {
    const answer = await withFault({ mode: 'refuse-statement' }, () =>
      api('GET', '/api/auth/me', { as: person }),
    )
    expect(answer.status).toBe(500)
    expect(answer.body).toEqual({
      error: 'Internal error',
      code: 'internal',
      request_id: answer.headers.get('x-request-id'),
    })
    expect(answer.headers.get('retry-after')).toBeNull()
  })

  test('is 503 unavailable with Retry-After where MySQL refuses', async () => {
    const answer = await withFault({ mode: 'refuse' }, () => api('GET', '/api/auth/me', { as: person }))
    expect(refusalOf(answer)).toEqual([503, 'unavailable'])
    expect(fieldsOf(answer)).toEqual(['code', 'error', 'request_id'])
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
  })

  test('is 503 unavailable within the bound of a query where MySQL hangs', async () => {
    const startedMs = Date.now()
    const answer = await withFault({ mode: 'hang' }, () => api('GET', '/api/auth/me', { as: person }))
    expect(refusalOf(answer)).toEqual([503, 'unavailable'])
    expect(Date.now() - startedMs).toBeLessThan(QUERY_TIMEOUT_MS + SLACK_MS)
  })

  test('is 503 within two such bounds where it hangs in a transaction', async () => {
    const startedMs = Date.now()
    const answer = await withFault({ mode: 'hang' }, () =>
      api('POST', '/api/vehicles', { as: person, body: { vin: makeVin() } }),
    )
    expect(refusalOf(answer)).toEqual([503, 'unavailable'])
    expect(Date.now() - startedMs).toBeLessThan(2 * QUERY_TIMEOUT_MS + SLACK_MS)
  })

  test('everything is well again once MySQL is', async () => {
    expect((await api('GET', '/api/auth/me', { as: person })).status).toBe(200)
  })
})
