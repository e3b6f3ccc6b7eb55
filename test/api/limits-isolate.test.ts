import { describe, expect, test } from 'vitest'
import { networkOf } from '../../src/lib/network.ts'
import { IsolateLimiter, isolateLimiterOf } from '../../src/platform/isolate-limit.ts'

const RATE = { requests: 3, windowSeconds: 60 }
const START_MS = 1_000_000

describe('the limiter inside the isolate', () => {
  test('allows so many in a window, and as many again after it', () => {
    const limiter = new IsolateLimiter(10)
    const take = (nowMs: number) => limiter.take('a', RATE, nowMs, 1).allowed
    expect([0, 1, 2, 3, 59_999].map((ms) => take(START_MS + ms))).toEqual([true, true, true, false, false])
    expect([60_000, 60_001, 60_002, 60_003].map((ms) => take(START_MS + ms))).toEqual([
      true,
      true,
      true,
      false,
    ])
  })

  test('says when the window ends', () => {
    expect(new IsolateLimiter(10).take('a', RATE, START_MS, 1).resetMs).toBe(START_MS + 60_000)
  })

  test('counts each key by itself', () => {
    const limiter = new IsolateLimiter(10)
    for (let use = 0; use < 3; use++) limiter.take('a', RATE, START_MS, 1)
    expect(limiter.take('a', RATE, START_MS, 1).allowed).toBe(false)
    expect(limiter.take('b', RATE, START_MS, 1).allowed).toBe(true)
  })

  test('holds a bounded number of keys: the oldest gives way, the others stay counted', () => {
    const limiter = new IsolateLimiter(3)
    for (const key of ['a', 'b', 'c']) for (let use = 0; use < 3; use++) limiter.take(key, RATE, START_MS, 1)
    limiter.take('d', RATE, START_MS, 1)
    expect(['b', 'c'].map((key) => limiter.take(key, RATE, START_MS, 1).allowed)).toEqual([false, false])
    expect(limiter.take('a', RATE, START_MS, 1).allowed).toBe(true)
  })

  test('counts several at once: all of them or none', () => {
    const limiter = new IsolateLimiter(10)
    const take = (count: number) => limiter.take('a', RATE, START_MS, count).allowed
    expect([4, 2, 2, 1, 1].map(take)).toEqual([false, true, false, true, false])
  })

  test('the keys of one limit push out none of another', () => {
    const [one, other] = [crypto.randomUUID(), crypto.randomUUID()].map(isolateLimiterOf)
    for (let use = 0; use < 3; use++) one?.take('a', RATE, START_MS, 1)
    for (let key = 0; key < 10_001; key++) other?.take(String(key), RATE, START_MS, 1)
    expect(one?.look('a', RATE, START_MS).allowed).toBe(false)
  })

  test('looking counts nothing', () => {
    const limiter = new IsolateLimiter(10)
    for (let look = 0; look < 9; look++) expect(limiter.look('a', RATE, START_MS).allowed).toBe(true)
    for (let use = 0; use < 3; use++) expect(limiter.take('a', RATE, START_MS, 1).allowed).toBe(true)
    expect(limiter.look('a', RATE, START_MS).allowed).toBe(false)
    expect(limiter.look('a', RATE, START_MS + 60_000).allowed).toBe(true)
  })
})

test.each([
  ['203.0.113.7', '203.0.113.7'],
  ['::ffff:203.0.113.7', '203.0.113.7'],
  ['2001:db8:1:2:3:4:5:6', '2001:db8:1:2::/64'],
  ['2001:0DB8:0001:0002::9', '2001:db8:1:2::/64'],
  ['2001:db8::1', '2001:db8:0:0::/64'],
  ['::1', '0:0:0:0::/64'],
  ['2001:db8:1:2::', '2001:db8:1:2::/64'],
])('the subscriber behind %s is %s', (address, network) => {
  expect(networkOf(address)).toBe(network)
})
