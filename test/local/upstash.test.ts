import { createHash } from 'node:crypto'
import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { Ratelimit } from '@upstash/ratelimit'
import { Redis } from '@upstash/redis'
import { afterAll, beforeAll, beforeEach, describe, expect, test } from 'vitest'
import { type RedisServer, startRedis } from '../../local/redis.ts'
import { startUpstash, type Upstash } from '../../local/upstash.ts'

const TOKEN = 'a-token-for-this-test'

let dataDir: string
let server: RedisServer
let upstash: Upstash
let redis: Redis

beforeAll(async () => {
  dataDir = mkdtempSync(join(tmpdir(), 'upstash-'))
  server = await startRedis({ dataDir, log: () => {}, durable: false })
  upstash = await startUpstash({ port: 0, redis: server, token: TOKEN })
  redis = new Redis({ url: upstash.url, token: TOKEN, retry: false })
})

afterAll(async () => {
  await upstash.close()
  await server.stop()
  rmSync(dataDir, { recursive: true, force: true })
})

beforeEach(async () => {
  await redis.flushdb()
})

async function raw(path: string, init: RequestInit = {}): Promise<{ status: number; body: unknown }> {
  const headers = { authorization: `Bearer ${TOKEN}`, ...init.headers }
  const response = await fetch(upstash.url + path, { ...init, headers })
  return { status: response.status, body: await response.json() }
}

describe('the client', () => {
  test('strings, objects, numbers and what is missing come back as they were', async () => {
    await redis.set('text', "L'été 🚗")
    await redis.set('object', { vin: '1HGCM82633A004352', years: [2003, null] })
    await redis.set('number', 12)
    await redis.set('ok', 'OK')
    expect(await redis.mget('text', 'object', 'number', 'ok', 'missing')).toEqual([
      "L'été 🚗",
      { vin: '1HGCM82633A004352', years: [2003, null] },
      12,
      'OK',
      null,
    ])
    expect(await redis.get('ok')).toBe('OK')
  })

  test('expiry, counters, hashes and sorted sets work', async () => {
    expect(await redis.set('a', 1, { ex: 100, nx: true })).toBe('OK')
    expect(await redis.set('a', 2, { nx: true })).toBeNull()
    expect(await redis.ttl('a')).toBeGreaterThan(90)
    expect(await redis.incrby('a', 5)).toBe(6)
    await redis.hset('h', { x: 1, y: 'two' })
    expect(await redis.hgetall('h')).toEqual({ x: 1, y: 'two' })
    await redis.zadd('z', { score: 2, member: 'b' }, { score: 1, member: 'a' })
    expect(await redis.zrange('z', 0, -1, { withScores: true })).toEqual(['a', 1, 'b', 2])
  })

  test('a pipeline answers each command, and one that fails fails alone', async () => {
    await redis.set('text', 'x')
    const results = await redis.pipeline().set('a', 1).incr('text').get('a').exec({ keepErrors: true })
    expect(results.map(({ result }) => result)).toEqual(['OK', undefined, 1])
    expect(results[1]?.error).toContain('not an integer')
  })

  test('a transaction is one step, and is not begun where a command is malformed', async () => {
    expect(await redis.multi().set('a', 1).incr('a').get('a').exec()).toEqual(['OK', 2, 2])
    const broken = await raw('/multi-exec', {
      method: 'POST',
      body: JSON.stringify([
        ['SET', 'a', '9'],
        ['SET', 'a'],
      ]),
    })
    expect(broken).toMatchObject({ status: 400, body: { error: expect.stringContaining('EXECABORT') } })
    expect(await redis.get('a')).toBe(2)
  })

  test('transactions at once do not mix', async () => {
    const results = await Promise.all(
      Array.from({ length: 20 }, () => redis.multi().incr('n').incr('n').exec<[number, number]>()),
    )
    for (const [first, second] of results) expect(second).toBe(first + 1)
    expect(await redis.get('n')).toBe(40)
  })

  test('scripts run by their digest, and are sent once where Redis does not know them', async () => {
    const script = redis.createScript<number>("return redis.call('INCRBY', KEYS[1], ARGV[1])")
    expect(await script.exec(['n'], ['5'])).toBe(5)
    expect(await script.exec(['n'], ['5'])).toBe(10)
    expect(await redis.eval("return {KEYS[1], {'nested', 'OK'}, 7, false}", ['k'], [])).toEqual([
      'k',
      ['nested', 'OK'],
      7,
      null,
    ])
    const sha = await redis.scriptLoad('return 1')
    expect(await redis.evalsha(sha, [], [])).toBe(1)
    expect(await redis.scriptExists(sha)).toEqual([1])
  })

  test('a rate limit of the vendor lets so many through and says until when', async () => {
    const limit = new Ratelimit({ redis, limiter: Ratelimit.slidingWindow(3, '60 s'), prefix: 'limit' })
    const outcomes = []
    for (let i = 0; i < 5; i++) outcomes.push(await limit.limit('someone'))
    expect(outcomes.map(({ success }) => success)).toEqual([true, true, true, false, false])
    expect(outcomes[4]?.reset).toBeGreaterThan(Date.now() - 1)
    expect((await limit.limit('somebody-else')).success).toBe(true)
  })

  test('a script with a flag that only Upstash knows is called by the digest of what the client wrote', async () => {
    const script = "#!lua flags=no-writes,allow-key-locking\nreturn 'it ran'"
    const sha = createHash('sha1').update(script).digest('hex')
    await expect(redis.evalsha(sha, [], [])).rejects.toThrow('NOSCRIPT')
    expect(await redis.scriptLoad(script)).toBe(sha)
    expect(await redis.scriptExists(sha)).toEqual([1])
    expect(await redis.evalsha(sha, [], [])).toBe('it ran')
    await expect(
      redis.eval("#!lua flags=no-writes\nreturn redis.call('SET', 'a', 1)", [], []),
    ).rejects.toThrow('Write commands are not allowed')
  })

  test('an error of Redis reaches the caller', async () => {
    await redis.set('text', 'x')
    await expect(redis.incr('text')).rejects.toThrow('not an integer')
    await expect(redis.exec(['NOSUCHCOMMAND'])).rejects.toThrow('unknown command')
  })

  test('a wrong token is refused', async () => {
    const stranger = new Redis({ url: upstash.url, token: 'another', retry: false })
    await expect(stranger.get('a')).rejects.toThrow('WRONGPASS')
    expect((await fetch(`${upstash.url}/get/a`)).status).toBe(401)
  })
})

describe('the protocol', () => {
  test('a command may stand in the path, its value in the body, its options in the query', async () => {
    expect(await raw('/set/a%2Fb/c%20d')).toEqual({ status: 200, body: { result: 'OK' } })
    expect(await raw('/get/a%2Fb')).toEqual({ status: 200, body: { result: 'c d' } })
    await raw('/set/body?EX=100', { method: 'POST', body: '{"x": 1}' })
    expect(await raw('/get/body')).toEqual({ status: 200, body: { result: '{"x": 1}' } })
    expect(await raw('/ttl/body')).toMatchObject({ body: { result: expect.closeTo(100, -1) } })
    const byQuery = await fetch(`${upstash.url}/get/body?_token=${TOKEN}`)
    expect(await byQuery.json()).toEqual({ result: '{"x": 1}' })
  })

  test('base64 is for every string, nested ones too, but not for a bare OK, numbers and null', async () => {
    const headers = { 'upstash-encoding': 'base64' }
    const send = (command: unknown[]) => raw('/', { method: 'POST', body: JSON.stringify(command), headers })
    expect(await send(['SET', 'a', 'é'])).toEqual({ status: 200, body: { result: 'OK' } })
    expect(await send(['GET', 'a'])).toEqual({ status: 200, body: { result: 'w6k=' } })
    expect(await send(['MGET', 'a', 'missing'])).toEqual({ status: 200, body: { result: ['w6k=', null] } })
    expect(await send(['STRLEN', 'a'])).toEqual({ status: 200, body: { result: 2 } })
    expect(await send(['EVAL', "return {'x', {'y'}}", 0])).toEqual({
      status: 200,
      body: { result: ['eA==', ['eQ==']] },
    })
  })

  test('bytes that are no text survive', async () => {
    const bytes = Uint8Array.of(0, 255, 128, 10, 195, 40)
    await raw('/set/bytes', { method: 'POST', body: bytes })
    const { body } = await raw('/get/bytes', { headers: { 'upstash-encoding': 'base64' } })
    expect(body).toEqual({ result: Buffer.from(bytes).toString('base64') })
  })

  test.each([
    ['/', '{"no": "array"}'],
    ['/', 'not json'],
    ['/', '[]'],
    ['/pipeline', '["GET", "a"]'],
    ['/', '["SUBSCRIBE", "news"]'],
    ['/', '["SELECT", "1"]'],
    ['/multi-exec', '[["SHUTDOWN"]]'],
  ])('%s with %s is refused', async (path, body) => {
    expect(await raw(path, { method: 'POST', body })).toEqual({
      status: 400,
      body: { error: expect.any(String) },
    })
    expect(await redis.ping()).toBe('PONG')
  })
})

test('a token of its own sees a database of its own, empty at first', async () => {
  await redis.set('a', 1)
  const own = new Redis({ url: upstash.url, token: await upstash.addToken(3), retry: false })
  expect(await own.get('a')).toBeNull()
  await own.set('b', 2)
  expect(await redis.get('b')).toBeNull()
  await upstash.addToken(3)
  expect(await own.get('b')).toBeNull()
})

test('without Redis the answer is an error, and comes within two seconds', async () => {
  const orphan = await startUpstash({ port: 0, redis: { host: '127.0.0.1', port: 1 }, token: TOKEN })
  const client = new Redis({
    url: orphan.url,
    token: TOKEN,
    retry: false,
    signal: () => AbortSignal.timeout(2_000),
  })
  await expect(client.get('a')).rejects.toThrow(/max retries per request/)
  await orphan.close()
})
