import { describe, expect, test } from 'vitest'
import { type ApiResponse, api } from '../support/api.ts'
import { withFault } from '../support/database.ts'
import { signIn } from '../support/people.ts'
import { setVariables } from '../support/variables.ts'

const ALLOWED = 'http://localhost:5173'
const FORBIDDEN = [
  'https://evil.example',
  'http://localhost:5173.evil.example',
  'http://localhost:51734',
  'https://localhost:5173',
  'http://LOCALHOST:5173',
  'null',
]

const allowOriginOf = (answer: ApiResponse) => answer.headers.get('access-control-allow-origin')
const listOf = (answer: ApiResponse, name: string) => (answer.headers.get(name) ?? '').split(/, ?/).sort()
const preflight = (origin: string, path = '/api/auth/me') =>
  api('OPTIONS', path, {
    headers: {
      origin,
      'access-control-request-method': 'PUT',
      'access-control-request-headers': 'authorization, content-type, idempotency-key',
    },
  })

const person = await signIn()

describe('a browser of an allowed origin', () => {
  test('may read the answer and the headers that it needs', async () => {
    const answer = await api('GET', '/api/auth/me', { as: person, headers: { origin: ALLOWED } })
    expect(answer.status).toBe(200)
    expect(allowOriginOf(answer)).toBe(ALLOWED)
    expect(answer.headers.get('access-control-allow-credentials')).toBe('true')
    expect(listOf(answer, 'access-control-expose-headers')).toEqual([
      'Idempotent-Replay',
      'Link',
      'Retry-After',
      'X-Request-ID',
    ])
    expect(listOf(answer, 'vary')).toContain('Origin')
  })

  const origin = { origin: ALLOWED }
  test.each([
    [400, () => api('PUT', '/api/auth/me', { as: person, body: '{', headers: origin })],
    [401, () => api('GET', '/api/auth/me', { headers: origin })],
    [404, () => api('GET', '/api/no-such-thing', { headers: origin })],
    [405, () => api('DELETE', '/api/auth/me', { headers: origin })],
    [413, () => api('PUT', '/api/auth/me', { as: person, body: 'a'.repeat(70_000), headers: origin })],
    [
      415,
      () => api('PUT', '/api/auth/me', { body: 'a', headers: { ...origin, 'content-type': 'text/plain' } }),
    ],
    [
      500,
      () =>
        withFault({ mode: 'refuse-statement' }, () =>
          api('GET', '/api/auth/me', { as: person, headers: origin }),
        ),
    ],
    [
      503,
      () => withFault({ mode: 'refuse' }, () => api('GET', '/api/auth/me', { as: person, headers: origin })),
    ],
  ])('may read a %d too, with its request id', async (status, ask) => {
    const answer = await ask()
    expect(answer.status).toBe(status)
    expect(allowOriginOf(answer)).toBe(ALLOWED)
    expect(listOf(answer, 'access-control-expose-headers')).toContain('X-Request-ID')
    expect(answer.headers.get('x-request-id')).toBe(answer.at('request_id'))
  })

  test('is told by the preflight what it may send, kept a day', async () => {
    const answer = await preflight(ALLOWED)
    expect([answer.status, answer.text]).toEqual([204, ''])
    expect(allowOriginOf(answer)).toBe(ALLOWED)
    expect(answer.headers.get('access-control-max-age')).toBe('86400')
    expect(listOf(answer, 'access-control-allow-methods')).toEqual(
      expect.arrayContaining(['DELETE', 'GET', 'PATCH', 'POST', 'PUT']),
    )
    expect(listOf(answer, 'access-control-allow-headers')).toEqual([
      'Authorization',
      'Content-Type',
      'Idempotency-Key',
      'X-Request-ID',
    ])
    expect(listOf(answer, 'vary')).toContain('Origin')
  })
})

describe('a browser of another origin', () => {
  test.each(FORBIDDEN)('%s may not read the answer', async (origin) => {
    const answer = await api('GET', '/health', { headers: { origin } })
    expect(allowOriginOf(answer)).toBeNull()
    expect(listOf(answer, 'vary')).toContain('Origin')
  })

  test.each(FORBIDDEN)('%s is not let through by the preflight', async (origin) => {
    expect(allowOriginOf(await preflight(origin))).toBeNull()
  })

  test('is refused everywhere where no origin is allowed', async () => {
    setVariables({ ALLOWED_ORIGINS: '' })
    expect(allowOriginOf(await api('GET', '/health', { headers: { origin: ALLOWED } }))).toBeNull()
    expect(allowOriginOf(await preflight(ALLOWED))).toBeNull()
  })
})

test('a request without Origin comes from no browser and passes', async () => {
  const answer = await api('GET', '/api/auth/me', { as: person })
  expect([answer.status, allowOriginOf(answer)]).toEqual([200, null])
})

test('no answer allows every origin', async () => {
  for (const headers of [{}, { origin: ALLOWED }, { origin: 'https://evil.example' }]) {
    expect(allowOriginOf(await api('GET', '/health', { headers }))).not.toBe('*')
  }
})

describe('the usual security headers are on', () => {
  test.each([
    ['an answer', () => api('GET', '/health')],
    ['a refusal', () => api('GET', '/api/auth/me')],
    ['an unknown path', () => api('GET', '/api/no-such-thing')],
    ['a preflight', () => preflight(ALLOWED)],
  ])('%s', async (_what, ask) => {
    const { headers } = await ask()
    expect(headers.get('x-content-type-options')).toBe('nosniff')
    expect(headers.get('x-frame-options')).toBe('SAMEORIGIN')
    expect(headers.get('referrer-policy')).toBe('no-referrer')
    expect(headers.get('strict-transport-security')).toMatch(/^max-age=\d{7,}/)
    expect(headers.get('x-powered-by')).toBeNull()
  })
})
