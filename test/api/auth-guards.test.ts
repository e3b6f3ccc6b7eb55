import { createExecutionContext } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { z } from 'zod'
import { createApp } from '../../src/app.ts'
import { createDeps } from '../../src/deps.ts'
import { validate } from '../../src/platform/validate.ts'
import { optionalUser, requireAdmin, requireUser } from '../../src/users/auth.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'

/** The application with a route behind each guard. */
const app = createApp(createDeps)
  .post('/guarded', requireUser(), validate('json', z.object({ n: z.int() })), (c) =>
    c.json({ user_id: c.var.context.actor.userId }),
  )
  .get('/open', optionalUser(), (c) => c.json({ user_id: c.var.context.actor?.userId ?? null }))
  .get('/admin', requireAdmin(), (c) => c.json({ roles: c.var.context.actor.roles }))

async function ask(method: string, path: string, person: Person | string | null, body?: string) {
  const token = typeof person === 'string' ? person : person?.access_token
  const headers = {
    'Content-Type': 'application/json',
    ...(token ? { Authorization: `Bearer ${token}` } : {}),
  }
  const init = body === undefined ? { method, headers } : { method, headers, body }
  const response = await app.request(path, init, env, createExecutionContext())
  return { status: response.status, body: z.record(z.string(), z.unknown()).parse(await response.json()) }
}

describe('requireUser', () => {
  test('hands the service who asks', async () => {
    const person = await signIn()
    expect(await ask('POST', '/guarded', person, '{"n": 1}')).toEqual({
      status: 200,
      body: { user_id: person.user.id },
    })
  })

  test('is 401 before the body is looked at, and 400 behind it', async () => {
    for (const token of [null, 'a.b.c']) {
      expect(await ask('POST', '/guarded', token, '{')).toMatchObject({
        status: 401,
        body: { code: 'unauthenticated' },
      })
    }
    expect(await ask('POST', '/guarded', await signIn(), '{')).toMatchObject({
      status: 400,
      body: { code: 'validation_failed' },
    })
  })
})

describe('optionalUser', () => {
  test('lets everybody pass and knows who is signed in', async () => {
    const person = await signIn()
    expect((await ask('GET', '/open', null)).body).toEqual({ user_id: null })
    expect((await ask('GET', '/open', person)).body).toEqual({ user_id: person.user.id })
  })

  test('is 401 for a token that is not good: its bearer believes to be signed in', async () => {
    expect((await ask('GET', '/open', 'a.b.c')).status).toBe(401)
  })
})

test('requireAdmin is 401 for a stranger, 403 for anybody else, and lets administrators pass', async () => {
  expect((await ask('GET', '/admin', null)).status).toBe(401)
  expect(await ask('GET', '/admin', await signIn())).toMatchObject({
    status: 403,
    body: { code: 'forbidden' },
  })
  expect(await ask('GET', '/admin', await signInAdmin())).toEqual({
    status: 200,
    body: { roles: ['buyer', 'admin'] },
  })
})
