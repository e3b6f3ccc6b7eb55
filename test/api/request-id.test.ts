import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { z } from 'zod'
import { type ApiResponse, api } from '../support/api.ts'
import { withFault } from '../support/database.ts'
import { signIn } from '../support/people.ts'
import { setVariables, variableOf } from '../support/variables.ts'

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/
const idOf = (answer: ApiResponse) => answer.headers.get('x-request-id')
const withId = (id: string) => ({ headers: { 'X-Request-ID': id } })

describe('X-Request-ID', () => {
  test.each(['a', 'A-b_9', 'x'.repeat(64), crypto.randomUUID()])(
    "the client's own %s is kept",
    async (id) => {
      expect(idOf(await api('GET', '/health', withId(id)))).toBe(id)
    },
  )

  test.each(['x'.repeat(65), 'a b', 'a.b', '<script>', 'a,b', '../a'])(
    'in place of the malformed %s there is a new one',
    async (id) => {
      expect(idOf(await api('GET', '/health', withId(id)))).toMatch(UUID)
    },
  )

  test('without one each answer has its own', async () => {
    const ids = await Promise.all([1, 2, 3].map(async () => idOf(await api('GET', '/health'))))
    expect(new Set(ids).size).toBe(3)
    for (const id of ids) expect(id).toMatch(UUID)
  })

  test.each([
    [404, () => api('GET', '/no-such-thing', withId('mine'))],
    [405, () => api('DELETE', '/health', withId('mine'))],
    [401, () => api('GET', '/api/auth/me', withId('mine'))],
    [413, () => api('POST', '/api/auth/clerk-sync', { body: 'a'.repeat(70_000), ...withId('mine') })],
    [
      415,
      () =>
        api('POST', '/api/auth/clerk-sync', {
          body: 'a',
          headers: { 'X-Request-ID': 'mine', 'content-type': 'text/plain' },
        }),
    ],
  ])('is on a %d and in its body', async (status, ask) => {
    const answer = await ask()
    expect([answer.status, idOf(answer), answer.at('request_id')]).toEqual([status, 'mine', 'mine'])
  })

  test('is on a preflight', async () => {
    const answer = await api('OPTIONS', '/health', withId('mine'))
    expect([answer.status, idOf(answer)]).toEqual([204, 'mine'])
  })
})

const lineSchema = z.looseObject({ level: z.string(), event: z.string() })
type Line = z.infer<typeof lineSchema>

describe('the log', () => {
  let lines: Line[] = []
  let texts: string[] = []

  beforeEach(() => {
    setVariables({ LOG_LEVEL: 'info' })
    lines = []
    texts = []
    for (const level of ['info', 'warn', 'error'] as const) {
      vi.spyOn(console, level).mockImplementation((text: unknown) => {
        texts.push(String(text))
        lines.push(lineSchema.parse(JSON.parse(String(text))))
      })
    }
  })
  afterEach(() => {
    vi.restoreAllMocks()
  })
  const named = (event: string) => lines.filter((line) => line.event === event)

  test('has one JSON line per request', async () => {
    await api('GET', '/health?secret=1', withId('mine'))
    expect(lines).toEqual([
      {
        level: 'info',
        event: 'request',
        request_id: 'mine',
        method: 'GET',
        route: '/health',
        status: 200,
        duration_ms: expect.any(Number),
        user_id: null,
        auction_id: null,
      },
    ])
  })

  test('names who asked', async () => {
    const person = await signIn()
    lines = []
    await api('GET', '/api/auth/me', { as: person })
    expect(named('request')).toMatchObject([{ route: '/api/auth/me', user_id: person.user.id }])
  })

  test('has one line more per refusal, with its code', async () => {
    await api('GET', '/api/auth/me', withId('mine'))
    expect(named('request_refused')).toMatchObject([
      { level: 'info', request_id: 'mine', code: 'unauthenticated' },
    ])
    expect(named('request')).toMatchObject([{ request_id: 'mine', status: 401, route: '/api/auth/me' }])
    expect(lines).toHaveLength(2)
  })

  test('an unknown path is a refusal too, and does not scatter the routes', async () => {
    await api('GET', `/api/${crypto.randomUUID()}`)
    expect(named('request_refused')).toMatchObject([{ code: 'not_found' }])
    expect(named('request')).toMatchObject([{ status: 404, route: 'unmatched' }])
  })

  test('holds the cause of a 500, but neither statement nor parameters nor token', async () => {
    const person = await signIn()
    lines = []
    texts = []
    const fault = {
      mode: 'refuse-statement',
      error: { errno: 1054, sqlState: '42S22', message: "Unknown column 'x' in 'SELECT'" },
    } as const
    await withFault(fault, () => api('GET', '/api/auth/me', { as: person, ...withId('mine') }))
    expect(named('request_failed')).toMatchObject([
      { level: 'error', request_id: 'mine', error_message: expect.stringContaining('Unknown column') },
    ])
    const log = texts.join('\n')
    expect(log).not.toMatch(/select .* from/i)
    expect(log).not.toContain(person.access_token)
    expect(log).not.toContain(person.user.email)
  })

  test('says at error level that MySQL is away', async () => {
    const person = await signIn()
    lines = []
    await withFault({ mode: 'refuse' }, () => api('GET', '/api/auth/me', { as: person }))
    expect(named('request_failed')).toMatchObject([{ level: 'error' }])
    expect(named('request')).toMatchObject([{ status: 503 }])
  })

  test('names every variable that is missing or wrong in one line, without its value', async () => {
    const secret = variableOf('JWT_SECRET_KEY')
    setVariables({ DATABASE_URL: '', JWT_SECRET_KEY: secret.slice(0, 20) })
    const answer = await api('GET', '/health', withId('mine'))
    expect(answer.body).toEqual({ error: 'Internal error', code: 'internal', request_id: 'mine' })
    expect(answer.status).toBe(500)
    const [line] = named('request_failed')
    expect(line).toMatchObject({ level: 'error', request_id: 'mine' })
    expect(line?.error_message).toMatch(/DATABASE_URL is missing.*JWT_SECRET_KEY/)
    expect(texts.join('\n')).not.toContain(secret.slice(0, 20))
  })
})
