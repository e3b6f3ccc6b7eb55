import { env } from 'cloudflare:workers'
import { decode, sign } from 'hono/jwt'
import { describe, expect, test } from 'vitest'
import { readAccessToken, signAccessToken, signToken } from '../../src/users/tokens.ts'
import { api } from '../support/api.ts'
import { signClerkToken, signIn } from '../support/people.ts'
import { contextAt, refusalOf } from '../support/sessions.ts'

const secret = () => contextAt(0).settings.JWT_SECRET_KEY
const ACCESS = { typ: 'at+jwt', aud: 'vehicle-auctions/api' }
const nowS = () => Math.floor(Date.now() / 1000)

const person = await signIn('user_tokens')

/** The claims of a good access token, changed. */
const claims = (change: Record<string, unknown> = {}) => ({
  ...decode(person.access_token).payload,
  iat: nowS(),
  exp: nowS() + 60,
  ...change,
})
const me = (token: string) => api('GET', '/api/auth/me', { token })

describe('an access token', () => {
  test('is HS256 of type at+jwt and says issuer, audience, who, roles, status, seller profile and the session’s end', () => {
    const { header, payload } = decode(person.access_token)
    expect(header).toEqual({ alg: 'HS256', typ: 'at+jwt' })
    expect(payload).toEqual({
      iss: 'vehicle-auctions',
      aud: 'vehicle-auctions/api',
      iat: expect.any(Number),
      exp: expect.any(Number),
      sub: String(person.user.id),
      sid: expect.any(String),
      roles: ['buyer'],
      status: 'active',
      seller_profile_id: null,
      can_bid: true,
      session_until: expect.any(Number),
    })
  })

  test('lives 15 min, and its sign-in 8 h', () => {
    const { iat = 0, exp = 0, session_until } = decode(person.access_token).payload
    expect(exp - iat).toBe(15 * 60)
    expect(Number(session_until) - iat).toBe(8 * 60 * 60)
  })

  test('made again from the same claims by the tests is taken: what follows is refused for its change alone', async () => {
    expect((await me(await signToken(secret(), ACCESS, claims()))).status).toBe(200)
  })

  test.each<[string, () => Promise<string>]>([
    ['expired', () => signToken(secret(), ACCESS, claims({ exp: nowS() }))],
    ['without an end', () => signToken(secret(), ACCESS, claims({ exp: undefined }))],
    ['whose end is no number', () => signToken(secret(), ACCESS, claims({ exp: 'never' }))],
    ['signed by another key', () => signToken('k'.repeat(32), ACCESS, claims())],
    ['of another type', () => signToken(secret(), { ...ACCESS, typ: 'JWT' }, claims())],
    ['of a refresh token’s type', () => signToken(secret(), { ...ACCESS, typ: 'rt+jwt' }, claims())],
    ['of a ticket’s type', () => signToken(secret(), { ...ACCESS, typ: 'ticket+jwt' }, claims())],
    ['for another audience', () => signToken(secret(), ACCESS, claims({ aud: 'elsewhere' }))],
    ['without an audience', () => signToken(secret(), ACCESS, claims({ aud: undefined }))],
    ['of another issuer', () => signToken(secret(), ACCESS, claims({ iss: 'elsewhere' }))],
    ['without a subject', () => signToken(secret(), ACCESS, claims({ sub: undefined }))],
    ['with a subject that is no id', () => signToken(secret(), ACCESS, claims({ sub: '1 OR 1=1' }))],
    ['with a role that there is not', () => signToken(secret(), ACCESS, claims({ roles: ['owner'] }))],
    ['signed by a library that writes its own type', () => sign(claims(), secret(), 'HS256')],
    ['signed by another algorithm', () => sign(claims(), secret(), 'HS512')],
  ])('%s is 401', async (_name, make) => {
    expect(refusalOf(await me(await make()))).toEqual([401, 'unauthenticated'])
  })

  test('without a signature, or with alg none, is 401', async () => {
    const [header = '', payload = '', signature = ''] = person.access_token.split('.')
    const none = btoa(JSON.stringify({ alg: 'none', typ: 'at+jwt' })).replaceAll('=', '')
    for (const token of [
      `${header}.${payload}.`,
      `${header}.${payload}`,
      `${none}.${payload}.`,
      `${none}.${payload}.${signature}`,
    ]) {
      expect(refusalOf(await me(token))).toEqual([401, 'unauthenticated'])
    }
  })

  test('in which anything was changed is 401', async () => {
    const [header = '', payload = '', signature = ''] = person.access_token.split('.')
    const boss = btoa(JSON.stringify(claims({ roles: ['buyer', 'admin'] }))).replaceAll('=', '')
    const other = (signature.startsWith('A') ? 'B' : 'A') + signature.slice(1)
    for (const token of [`${header}.${boss}.${signature}`, `${header}.${payload}.${other}`]) {
      expect(refusalOf(await me(token))).toEqual([401, 'unauthenticated'])
    }
  })

  test('is what counts: a refresh token and a Clerk token are 401 in its place', async () => {
    expect(refusalOf(await me(person.refresh_token))).toEqual([401, 'unauthenticated'])
    expect(refusalOf(await me(await signClerkToken('user_tokens')))).toEqual([401, 'unauthenticated'])
  })

  test('is not taken from another scheme, nor from the query', async () => {
    const { access_token } = person
    for (const Authorization of [
      access_token,
      `Basic ${access_token}`,
      'Bearer',
      'Bearer ',
      `Bearer ${access_token} x`,
    ]) {
      expect(refusalOf(await api('GET', '/api/auth/me', { headers: { Authorization } }))).toEqual([
        401,
        'unauthenticated',
      ])
    }
    expect((await api('GET', `/api/auth/me?access_token=${access_token}`)).status).toBe(401)
  })

  test('of one who is not active is 403', async () => {
    const token = await signToken(secret(), ACCESS, claims({ status: 'suspended' }))
    expect(refusalOf(await me(token))).toEqual([403, 'forbidden'])
  })

  test('never goes past the end of its sign-in', async () => {
    const now = 1_700_000_000_000
    const subject = {
      userId: 1,
      familyId: crypto.randomUUID(),
      roles: ['buyer' as const],
      status: 'active' as const,
      sellerProfileId: 7,
      canBid: false,
      sessionUntilMs: now + 60_000,
    }
    const { token, expiresIn } = await signAccessToken(secret(), subject, now)
    expect(expiresIn).toBe(60)
    expect(await readAccessToken(secret(), token, now + 59_999)).toMatchObject({
      actor: { userId: 1, sellerProfileId: 7, canBid: false, sessionUntilMs: now + 60_000 },
    })
    expect(await readAccessToken(secret(), token, now + 60_000)).toBeNull()
  })
})

test('no token, secret or email reaches the log', async () => {
  const lines: string[] = []
  const original = { ...console }
  const keep = (...parts: unknown[]) => void lines.push(parts.map(String).join(' '))
  const level = { ...env }
  Object.assign(env, { LOG_LEVEL: 'debug' })
  Object.assign(console, { debug: keep, info: keep, log: keep, warn: keep, error: keep })
  try {
    const someone = await signIn('user_quiet', { email: 'quiet@example.com' })
    await api('POST', '/api/auth/refresh', { token: someone.refresh_token })
    await api('POST', '/api/auth/refresh', { token: `${someone.refresh_token}x` })
    await api('GET', '/api/auth/me', { token: `${someone.access_token}x` })
    const clerk = await signClerkToken('user_other')
    await api('POST', '/api/auth/clerk-sync', {
      token: clerk,
      body: { clerk_user_id: 'user_quiet', email: 'quiet@example.com' },
    })
    const text = lines.join('\n')
    expect(lines.length).toBeGreaterThan(4)
    for (const private_ of [
      someone.refresh_token,
      someone.access_token,
      clerk,
      secret(),
      'quiet@example.com',
    ]) {
      expect(text).not.toContain(private_)
    }
  } finally {
    Object.assign(console, original)
    Object.assign(env, level)
  }
})
