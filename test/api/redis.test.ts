import { describe, expect, onTestFinished, test, vi } from 'vitest'
import { z } from 'zod'
import { COMMAND_TIMEOUT_MS, type RedisCall, RedisService } from '../../src/external/redis.ts'
import { describeError } from '../../src/lib/error-text.ts'
import { hangingUrl } from '../support/control.ts'
import { REFUSING_URL, variableOf } from '../support/variables.ts'

const schema = z.object({ make: z.string(), year: z.int() })
const VALUE = { make: 'Škoda “Octavia”\n', year: 2003 }
const nextKey = () => `test:${crypto.randomUUID()}`

function open(changes: { url?: string | undefined; token?: string | undefined } = {}) {
  const calls: RedisCall[] = []
  const redis = new RedisService({
    url: variableOf('UPSTASH_REDIS_REST_URL'),
    token: variableOf('UPSTASH_REDIS_REST_TOKEN'),
    ...changes,
    onCall: (call) => calls.push(call),
  })
  return { redis, calls }
}

describe('the cache', () => {
  test('gives back what was put in, parsed', async () => {
    const { redis, calls } = open()
    const key = nextKey()
    expect(await redis.set(key, VALUE, 60)).toEqual({ away: false, value: null })
    expect(await redis.get(key, schema)).toEqual({ away: false, value: VALUE })
    expect(calls).toEqual([
      { operation: 'set', status: 'success', durationMs: expect.any(Number), error: null },
      { operation: 'get', status: 'success', durationMs: expect.any(Number), error: null },
    ])
  })

  test('has null for what was never put in', async () => {
    expect(await open().redis.get(nextKey(), schema)).toEqual({ away: false, value: null })
  })

  test('gives several at once, each or null, in the order in which they were asked for', async () => {
    const { redis, calls } = open()
    const [here, missing, strange] = [nextKey(), nextKey(), nextKey()]
    await redis.set(here, VALUE, 60)
    await redis.set(strange, { make: 7 }, 60)
    calls.length = 0
    const found = await redis.getMany([strange, here, missing, here], schema)
    expect(found).toEqual({ away: false, value: [null, VALUE, null, VALUE] })
    expect(calls.map(({ operation }) => operation)).toEqual(['get'])
  })

  test.each([['"text"'], ['{"make":"Honda"}'], ['{'], ['']])(
    'has null for a value of another shape: %s',
    async (text) => {
      const { redis } = open()
      const key = nextKey()
      await fetch(variableOf('UPSTASH_REDIS_REST_URL'), {
        method: 'POST',
        headers: { authorization: `Bearer ${variableOf('UPSTASH_REDIS_REST_TOKEN')}` },
        body: JSON.stringify(['SET', key, text]),
      })
      expect(await redis.get(key, schema)).toEqual({ away: false, value: null })
    },
  )

  test('a text that looks like a number, null or true stays a text', async () => {
    const { redis } = open()
    for (const text of ['1', 'null', 'true', '{}', 'OK']) {
      const key = nextKey()
      await redis.set(key, text, 60)
      expect(await redis.get(key, z.string())).toEqual({ away: false, value: text })
    }
  })
})

describe('away is an answer', () => {
  test.each([
    ['without an address', { url: undefined }],
    ['without a token', { token: '' }],
  ])('%s it is disabled, and nothing is called', async (_what, changes) => {
    const { redis, calls } = open(changes)
    const disabled = { away: true, reason: 'disabled' }
    expect(redis.isEnabled).toBe(false)
    expect(await redis.get('k', schema)).toEqual(disabled)
    expect(await redis.getMany(['k'], schema)).toEqual(disabled)
    expect(await redis.set('k', VALUE, 60)).toEqual(disabled)
    expect(await redis.ping(1_000)).toEqual(disabled)
    expect(await redis.take('k', { requests: 1, windowSeconds: 60 }, 1)).toBeNull()
    expect(calls).toEqual([])
  })

  test('where it hangs, within the bound of each call', async () => {
    const { redis, calls } = open({ url: hangingUrl() })
    const startedMs = Date.now()
    const answers = await Promise.all([
      redis.get('k', schema),
      redis.set('k', VALUE, 60),
      redis.ping(COMMAND_TIMEOUT_MS),
      redis.take('k', { requests: 1, windowSeconds: 60 }, 1),
      redis.look('k', { requests: 1, windowSeconds: 60 }),
    ])
    expect(Date.now() - startedMs).toBeLessThan(COMMAND_TIMEOUT_MS + 1_000)
    const timeout = { away: true, reason: 'timeout' }
    expect(answers).toEqual([timeout, timeout, timeout, null, null])
    expect(calls.map(({ status }) => status)).toEqual(Array(5).fill('timeout'))
  })

  test.each([
    ['refuses the connection', { url: REFUSING_URL }],
    ['refuses the token', { token: 'wrong' }],
  ])('where it %s', async (_how, changes) => {
    const { redis, calls } = open(changes)
    expect(await redis.get('k', schema)).toEqual({ away: true, reason: 'error' })
    expect(calls).toMatchObject([{ operation: 'get', status: 'error', error: expect.any(Error) }])
  })

  test.each([
    ['refuses the token', () => undefined],
    ['answers what is no JSON', () => new Response('secret-value', { status: 502 })],
    ['answers so with status 200', () => new Response('secret-value')],
    [
      'names what it was sent',
      () =>
        Response.json(
          { error: 'ERR unknown command, with args beginning with: secret-value' },
          { status: 400 },
        ),
    ],
  ])('where it %s, what was to be kept is in no log', async (_how, answer) => {
    const response = answer()
    if (response) {
      const spy = vi.spyOn(globalThis, 'fetch').mockResolvedValue(response)
      onTestFinished(() => spy.mockRestore())
    }
    const { redis, calls } = open({ token: 'wrong' })
    expect(await redis.set('secret-key', 'secret-value', 60)).toEqual({ away: true, reason: 'error' })
    const [{ error }] = z.tuple([z.object({ error: z.instanceof(Error) })]).parse(calls)
    expect(describeError(error).error_message).not.toBe('')
    expect(JSON.stringify([describeError(error), error.message, String(error.cause)])).not.toContain('secret')
  })
})
