import { env } from 'cloudflare:workers'
import { eq } from 'drizzle-orm'
import { decode } from 'hono/jwt'
import { describe, expect, test } from 'vitest'
import { refresh_families } from '../../src/db/schema/users.ts'
import { sessionSchema } from '../../src/users/schemas.ts'
import { refreshSession, SESSION_MS } from '../../src/users/sessions.ts'
import { signRefreshToken, signToken } from '../../src/users/tokens.ts'
import { api } from '../support/api.ts'
import { withFault } from '../support/database.ts'
import { signIn } from '../support/people.ts'
import { contextAt, refusalOf } from '../support/sessions.ts'

const GRACE_MS = 10_000
const refresh = (token: string) => api('POST', '/api/auth/refresh', { token })
const refreshAt = async (token: string, now: number) =>
  (await refreshSession(contextAt(now), token)).refresh_token
const readFamily = async (refreshToken: string) => {
  const id = String(decode(refreshToken).payload.fam)
  const [row] = await contextAt(0).db.select().from(refresh_families).where(eq(refresh_families.id, id))
  if (!row) throw new Error('There is no such family')
  return row
}

describe('refresh', () => {
  test('gives a new pair of tokens and the user, in the shape of a sign-in', async () => {
    const first = await signIn('user_refresh')
    const second = (await refresh(first.refresh_token)).expect(200).as(sessionSchema)
    expect(second.refresh_token).not.toBe(first.refresh_token)
    expect(second).toMatchObject({ token_type: 'Bearer', expires_in: 900, user: first.user })
    expect((await api('GET', '/api/auth/me', { token: second.access_token })).status).toBe(200)
  })

  test('takes the token as Bearer, with no body, an empty one or {}, or in the body', async () => {
    const { refresh_token: token } = await signIn('user_refresh_ways')
    const ways = [
      { token },
      { token, body: '', headers: { 'content-type': 'application/json' } },
      { token, body: {} },
      { body: { refresh_token: token } },
    ]
    for (const way of ways) expect((await api('POST', '/api/auth/refresh', way)).status).toBe(200)
  })

  test('takes the one in the body where the header carries something else, such as an expired access token', async () => {
    const { refresh_token } = await signIn('user_refresh_both')
    const answer = await api('POST', '/api/auth/refresh', { token: 'expired', body: { refresh_token } })
    expect(answer.status).toBe(200)
  })

  test('without a token is 401; a body of another form is 400', async () => {
    expect(refusalOf(await api('POST', '/api/auth/refresh'))).toEqual([401, 'unauthenticated'])
    expect(refusalOf(await api('POST', '/api/auth/refresh', { body: {} }))).toEqual([401, 'unauthenticated'])
    expect(refusalOf(await api('POST', '/api/auth/refresh', { body: '{' }))).toEqual([
      400,
      'validation_failed',
    ])
    expect(refusalOf(await api('POST', '/api/auth/refresh', { body: { refresh_token: 7 } }))).toEqual([
      400,
      'validation_failed',
    ])
  })

  test('carries the roles that the person has now', async () => {
    const variables = { ...env }
    const { user, refresh_token } = await signIn('user_promoted')
    expect(user.roles).toEqual(['buyer'])
    try {
      Object.assign(env, { ADMIN_CLERK_IDS: 'user_promoted' })
      const admin = (await refresh(refresh_token)).expect(200).as(sessionSchema)
      expect(admin.user.roles).toEqual(['buyer', 'admin'])
      expect(decode(admin.access_token).payload.roles).toEqual(['buyer', 'admin'])
      Object.assign(env, { ADMIN_CLERK_IDS: '' })
      const demoted = (await refresh(admin.refresh_token)).expect(200).as(sessionSchema)
      expect(decode(demoted.access_token).payload.roles).toEqual(['buyer'])
    } finally {
      Object.assign(env, variables)
    }
  })
})

describe('rotation', () => {
  test('ten refreshes at once with one token all get the same successor', async () => {
    const { refresh_token } = await signIn('user_parallel')
    const answers = await Promise.all(Array.from({ length: 10 }, () => refresh(refresh_token)))
    const successors = answers.map((answer) => answer.expect(200).as(sessionSchema).refresh_token)
    expect(new Set(successors).size).toBe(1)
    expect((await readFamily(refresh_token)).generation).toBe(1)
  })

  test('the generation before gets the same successor up to 10 s later', async () => {
    const { refresh_token } = await signIn('user_grace')
    const now = Date.now()
    const successor = await refreshAt(refresh_token, now)
    expect(await refreshAt(refresh_token, now + GRACE_MS)).toBe(successor)
    expect(await refreshAt(successor, now + GRACE_MS)).not.toBe(successor)
  })

  test('one whose answer was lost is 503, and the same token then gets the successor', async () => {
    const { refresh_token } = await signIn('user_lost_answer')
    await withFault({ mode: 'lose-answer', matching: '^update `refresh_families`', times: 1 }, async () => {
      expect(refusalOf(await refresh(refresh_token))).toEqual([503, 'unavailable'])
    })
    expect((await readFamily(refresh_token)).generation).toBe(1)
    expect((await refresh(refresh_token)).status).toBe(200)
    expect((await readFamily(refresh_token)).generation).toBe(1)
  })

  test('after the 10 s it is reuse, which ends the sign-in for its successor too', async () => {
    const { refresh_token } = await signIn('user_reuse')
    const now = Date.now()
    const successor = await refreshAt(refresh_token, now)
    await expect(refreshAt(refresh_token, now + GRACE_MS + 1)).rejects.toMatchObject({
      code: 'unauthenticated',
    })
    expect((await readFamily(refresh_token)).revoked_at).toEqual(new Date(now + GRACE_MS + 1))
    expect(refusalOf(await refresh(successor))).toEqual([401, 'unauthenticated'])
  })

  test('using the successor ends the grace: the generation before it then ends the sign-in', async () => {
    const { refresh_token } = await signIn('user_used')
    const second = (await refresh(refresh_token)).expect(200).as(sessionSchema).refresh_token
    const third = (await refresh(second)).expect(200).as(sessionSchema).refresh_token
    expect(refusalOf(await refresh(refresh_token))).toEqual([401, 'unauthenticated'])
    expect(refusalOf(await refresh(third))).toEqual([401, 'unauthenticated'])
    expect(refusalOf(await refresh(second))).toEqual([401, 'unauthenticated'])
  })

  test('reuse ends that sign-in only: another of the same person goes on', async () => {
    const stolen = await signIn('user_devices')
    const other = await signIn('user_devices')
    const now = Date.now()
    await refreshAt(stolen.refresh_token, now)
    await expect(refreshAt(stolen.refresh_token, now + GRACE_MS + 1)).rejects.toThrow()
    expect((await refresh(other.refresh_token)).status).toBe(200)
  })

  test('a generation that was never given out ends the sign-in', async () => {
    const { refresh_token } = await signIn('user_future')
    const { settings } = contextAt(0)
    const family = await readFamily(refresh_token)
    const ahead = await signRefreshToken(settings.JWT_SECRET_KEY, {
      familyId: family.id,
      generation: 5,
      issuedAtMs: Date.now(),
      expiresAtMs: family.expires_at.getTime(),
    })
    expect(refusalOf(await refresh(ahead))).toEqual([401, 'unauthenticated'])
    expect(refusalOf(await refresh(refresh_token))).toEqual([401, 'unauthenticated'])
  })

  test('no refresh goes past the end of the sign-in: 8 h', async () => {
    const { refresh_token } = await signIn('user_long')
    const end = (await readFamily(refresh_token)).expires_at.getTime()
    expect(end - (await readFamily(refresh_token)).created_at.getTime()).toBe(SESSION_MS)
    const late = await refreshSession(contextAt(end - 60_000), refresh_token)
    expect(late.expires_in).toBeLessThanOrEqual(60)
    expect(decode(late.access_token).payload.session_until).toBe(Math.floor(end / 1000))
    expect(decode(late.refresh_token).payload.exp).toBe(Math.floor(end / 1000))
    await expect(refreshAt(late.refresh_token, end)).rejects.toMatchObject({ code: 'unauthenticated' })
  })
})

test.each<[string, (token: string, access: string, secret: string) => string | Promise<string>]>([
  ['an access token', (_token, access) => access],
  [
    'one that was changed',
    (token) =>
      token.replace(
        /\.[^.]+\./,
        `.${btoa(JSON.stringify({ ...decode(token).payload, gen: 1 })).replaceAll('=', '')}.`,
      ),
  ],
  [
    'one signed by another key',
    (token) =>
      signToken(
        'k'.repeat(32),
        { typ: 'rt+jwt', aud: 'vehicle-auctions/refresh' },
        { iat: 0, exp: 0, ...decode(token).payload },
      ),
  ],
  [
    'one for another audience',
    (token, _access, secret) =>
      signToken(secret, { typ: 'rt+jwt', aud: 'x' }, { iat: 0, exp: 0, ...decode(token).payload, aud: 'x' }),
  ],
  [
    'one of another type',
    (token, _access, secret) =>
      signToken(
        secret,
        { typ: 'at+jwt', aud: 'vehicle-auctions/refresh' },
        { iat: 0, exp: 0, ...decode(token).payload },
      ),
  ],
  [
    'an expired one',
    (token, _access, secret) =>
      signToken(
        secret,
        { typ: 'rt+jwt', aud: 'vehicle-auctions/refresh' },
        { iat: 0, ...decode(token).payload, exp: 1 },
      ),
  ],
  [
    'one of a sign-in that there is not',
    (token, _access, secret) =>
      signToken(
        secret,
        { typ: 'rt+jwt', aud: 'vehicle-auctions/refresh' },
        { iat: 0, exp: 0, ...decode(token).payload, fam: crypto.randomUUID() },
      ),
  ],
])('%s is 401 as refresh token, and the sign-in goes on', async (_name, forge) => {
  const { access_token, refresh_token } = await signIn('user_forged')
  const forged = await forge(refresh_token, access_token, contextAt(0).settings.JWT_SECRET_KEY)
  expect(forged).not.toBe(refresh_token)
  expect(refusalOf(await refresh(forged))).toEqual([401, 'unauthenticated'])
  expect((await refresh(refresh_token)).status).toBe(200)
})

describe('logout', () => {
  const logout = (options: object) => api('POST', '/api/auth/logout', options)

  test('ends the sign-in by its refresh token, its access token, or the refresh token in the body', async () => {
    for (const by of ['refresh', 'access', 'body']) {
      const { access_token, refresh_token } = await signIn('user_logout')
      const answer = await logout(
        by === 'body'
          ? { body: { refresh_token } }
          : { token: by === 'access' ? access_token : refresh_token },
      )
      expect([answer.status, answer.text]).toEqual([204, ''])
      expect(refusalOf(await refresh(refresh_token))).toEqual([401, 'unauthenticated'])
    }
  })

  test('may be repeated, and leaves other sign-ins of the person alone', async () => {
    const one = await signIn('user_logout_twice')
    const other = await signIn('user_logout_twice')
    expect((await logout({ token: one.refresh_token })).status).toBe(204)
    expect((await logout({ token: one.refresh_token })).status).toBe(204)
    expect((await refresh(other.refresh_token)).status).toBe(200)
  })

  test('without a good token is 401', async () => {
    expect(refusalOf(await logout({}))).toEqual([401, 'unauthenticated'])
    expect(refusalOf(await logout({ token: 'a.b.c' }))).toEqual([401, 'unauthenticated'])
  })
})
