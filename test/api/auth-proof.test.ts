import { env } from 'cloudflare:workers'
import { afterEach, describe, expect, test } from 'vitest'
import { signSessionToken } from '../../local/session-token.ts'
import { api } from '../support/api.ts'
import { signClerkToken, signIn } from '../support/people.ts'
import { refusalOf } from '../support/sessions.ts'

const PATH = '/api/auth/clerk-sync'
const variables = { ...env }
afterEach(() => {
  Object.assign(env, variables)
})

const bodyOf = (clerkUserId: string) => ({ clerk_user_id: clerkUserId, email: `${clerkUserId}@example.com` })

describe('the proof', () => {
  test('without a token it is 401, before the body is looked at', async () => {
    expect(refusalOf(await api('POST', PATH, { body: '{' }))).toEqual([401, 'unauthenticated'])
  })

  test('another user’s id is 403', async () => {
    const answer = await api('POST', PATH, {
      token: await signClerkToken('user_one'),
      body: bodyOf('user_two'),
    })
    expect(refusalOf(answer)).toEqual([403, 'forbidden'])
  })

  test('an id that differs from the token’s in case only is 403', async () => {
    const answer = await api('POST', PATH, {
      token: await signClerkToken('user_one'),
      body: bodyOf('User_one'),
    })
    expect(refusalOf(answer)).toEqual([403, 'forbidden'])
  })

  const hourAgo = Math.floor(Date.now() / 1000) - 3600
  test.each([
    ['expired', { iat: hourAgo - 60, nbf: hourAgo - 60, exp: hourAgo }],
    ['not valid yet', { nbf: Math.floor(Date.now() / 1000) + 3600 }],
    ['without an end', { exp: undefined }],
    ['of another front end', { azp: 'https://evil.example' }],
    ['of no front end', { azp: undefined }],
    ['of a pending session', { sts: 'pending' }],
    ['of no session', { sid: undefined }],
  ])('a token %s is 401', async (_name, claims) => {
    const answer = await api('POST', PATH, {
      token: await signClerkToken('user_bad', { claims }),
      body: bodyOf('user_bad'),
    })
    expect(refusalOf(answer)).toEqual([401, 'unauthenticated'])
  })

  test('a token signed by another key is 401', async () => {
    const pair = await crypto.subtle.generateKey(
      {
        name: 'RSASSA-PKCS1-v1_5',
        modulusLength: 2048,
        publicExponent: new Uint8Array([1, 0, 1]),
        hash: 'SHA-256',
      },
      true,
      ['sign', 'verify'],
    )
    if (!('privateKey' in pair)) throw new Error('RSA keys come in pairs')
    const exported = await crypto.subtle.exportKey('pkcs8', pair.privateKey)
    if (!(exported instanceof ArrayBuffer)) throw new Error('PKCS #8 is bytes')
    const base64 = btoa(String.fromCharCode(...new Uint8Array(exported)))
    const token = await signSessionToken({
      privateKeyPem: `-----BEGIN PRIVATE KEY-----\n${base64}\n-----END PRIVATE KEY-----`,
      clerkUserId: 'user_bad',
      nowMs: Date.now(),
    })
    expect(refusalOf(await api('POST', PATH, { token, body: bodyOf('user_bad') }))).toEqual([
      401,
      'unauthenticated',
    ])
  })

  test('a token without a signature (alg none) and one whose claims were changed are 401', async () => {
    const [header = '', payload = '', signature = ''] = (await signClerkToken('user_bad')).split('.')
    const none = btoa(JSON.stringify({ alg: 'none', typ: 'JWT', kid: 'ins_local' })).replaceAll('=', '')
    const changed = btoa(
      atob(payload.replaceAll('-', '+').replaceAll('_', '/')).replaceAll('user_bad', 'user_boss'),
    )
      .replaceAll('=', '')
      .replaceAll('+', '-')
      .replaceAll('/', '_')
    for (const token of [
      `${none}.${payload}.`,
      `${none}.${payload}.${signature}`,
      `${header}.${changed}.${signature}`,
    ]) {
      const answers = await Promise.all(
        ['user_bad', 'user_boss'].map((id) => api('POST', PATH, { token, body: bodyOf(id) })),
      )
      expect(answers.map(refusalOf)).toEqual(Array(2).fill([401, 'unauthenticated']))
    }
  })

  test('our own tokens are no Clerk session', async () => {
    const session = await signIn('user_own')
    for (const token of [session.access_token, session.refresh_token, 'x', 'a.b.c']) {
      expect(refusalOf(await api('POST', PATH, { token, body: bodyOf('user_own') }))).toEqual([
        401,
        'unauthenticated',
      ])
    }
  })

  test('without a key configured signing in is 503, not open', async () => {
    const token = await signClerkToken('user_keyless')
    Object.assign(env, { CLERK_JWT_KEY: '' })
    const answer = await api('POST', PATH, { token, body: bodyOf('user_keyless') })
    expect(refusalOf(answer)).toEqual([503, 'unavailable'])
    expect(answer.headers.get('Retry-After')).not.toBeNull()
  })

  test('with no front ends named any of them may ask', async () => {
    Object.assign(env, { CLERK_AUTHORIZED_PARTIES: '' })
    const token = await signClerkToken('user_anywhere', { claims: { azp: 'https://elsewhere.example' } })
    expect((await api('POST', PATH, { token, body: bodyOf('user_anywhere') })).status).toBe(200)
  })
})

describe('Clerk’s cookie', () => {
  const cookie = async (id: string, origin?: string) => ({
    headers: {
      Cookie: `other=1; __session=${await signClerkToken(id)}`,
      ...(origin ? { Origin: origin } : {}),
    },
    body: bodyOf(id),
  })

  test('signs in like the header, from an allowed origin or without one', async () => {
    expect((await api('POST', PATH, await cookie('user_cookie'))).status).toBe(200)
    expect((await api('POST', PATH, await cookie('user_cookie', 'http://localhost:3000'))).status).toBe(200)
  })

  test('is refused with 403 from any other origin, `null` included', async () => {
    for (const origin of ['https://evil.example', 'null', 'http://localhost:3000.evil.example']) {
      expect(refusalOf(await api('POST', PATH, await cookie('user_cookie', origin)))).toEqual([
        403,
        'forbidden',
      ])
    }
  })

  test('does not count beside a header: a bad Bearer token stays 401', async () => {
    const sent = await cookie('user_cookie')
    expect(refusalOf(await api('POST', PATH, { ...sent, token: 'bad' }))).toEqual([401, 'unauthenticated'])
  })
})
