import { beforeEach, describe, expect, test } from 'vitest'
import { KEY_KEPT_MS, KeyConflict } from '../../src/db/idempotency.ts'
import {
  conflictOf,
  countEffects,
  createEffects,
  insertEffect,
  NOW,
  nextKey,
  otherRequest,
  run,
} from '../support/effects.ts'

await createEffects()
let note = ''
beforeEach(() => {
  note = crypto.randomUUID()
})

describe('the same key with the same request', () => {
  test('has one effect, and the first answer again byte for byte', async () => {
    const key = nextKey()
    const first = await run(key, note)
    const second = await run(key, note, NOW + 1_000)
    expect(first).toMatchObject({ status: 201, replayed: false, body: { price: 1234.56 } })
    expect(second).toEqual({ ...first, replayed: true })
    expect(JSON.stringify(second.body)).toBe(JSON.stringify(first.body))
    expect(await countEffects(note)).toBe(1)
  })

  test('is kept 24 h and no longer', async () => {
    const key = nextKey()
    const first = await run(key, note)
    expect((await run(key, note, NOW + KEY_KEPT_MS)).replayed).toBe(true)
    const later = await run(key, note, NOW + KEY_KEPT_MS + 1)
    expect(later.replayed).toBe(false)
    expect(later.body.id).not.toBe(first.body.id)
    expect(await countEffects(note)).toBe(2)
  })

  test('once it is old, another request may have it', async () => {
    const key = nextKey()
    await run(key, note)
    expect((await run(otherRequest(key), note, NOW + KEY_KEPT_MS + 1)).replayed).toBe(false)
    expect(await conflictOf(run(key, note, NOW + KEY_KEPT_MS + 2))).toBe('id_reused')
  })

  test('an old key is taken by one of many', async () => {
    const key = nextKey()
    await run(key, note)
    const later = NOW + KEY_KEPT_MS + 1
    await Promise.allSettled(Array.from({ length: 10 }, () => run(key, note, later)))
    expect(await countEffects(note)).toBe(2)
  })

  test('without a key each request has its effect', async () => {
    await run(null, note)
    expect((await run(null, note)).replayed).toBe(false)
    expect(await countEffects(note)).toBe(2)
  })
})

describe('a key belongs to its request and its user', () => {
  test('with another request it is id_reused, and that has no effect', async () => {
    const key = nextKey()
    await run(key, note)
    expect(await conflictOf(run(otherRequest(key), note))).toBe('id_reused')
    expect(await countEffects(note)).toBe(1)
  })

  test('two users may use the same key', async () => {
    const key = nextKey()
    const mine = await run(key, note)
    const theirs = await run({ ...key, userId: 2 }, note)
    expect([theirs.replayed, theirs.body.id === mine.body.id]).toEqual([false, false])
    expect(await countEffects(note)).toBe(2)
  })

  test.each([
    ['in case', 'Key-of-mine', 'key-of-mine'],
    ['in their last character, at full length', `${'k'.repeat(254)}1`, `${'k'.repeat(254)}2`],
  ])('keys that differ %s are two', async (_how, one, other) => {
    await run({ ...nextKey(), key: one }, note)
    expect((await run({ ...nextKey(), key: other }, note)).replayed).toBe(false)
    expect(await countEffects(note)).toBe(2)
  })
})

describe('twenty at once with the same key', () => {
  test('have one effect: the others are in progress or a replay of it', async () => {
    const key = nextKey()
    const settled = await Promise.allSettled(Array.from({ length: 20 }, () => run(key, note)))
    const done = settled.filter((one) => one.status === 'fulfilled').map(({ value }) => value)
    const refused = settled.filter((one) => one.status === 'rejected').map(({ reason }) => reason)
    expect(done.filter(({ replayed }) => !replayed)).toHaveLength(1)
    expect(new Set(done.map(({ body }) => JSON.stringify(body))).size).toBe(1)
    expect(refused.map((reason) => (reason instanceof KeyConflict ? reason.reason : reason))).toEqual(
      refused.map(() => 'in_progress'),
    )
    expect(await countEffects(note)).toBe(1)
    expect((await run(key, note)).replayed).toBe(true)
  })

  test('while the first one runs, the second is told so at once', async () => {
    const key = nextKey()
    const begun = Promise.withResolvers<void>()
    const goOn = Promise.withResolvers<void>()
    const first = run(key, note, NOW, async (tx) => {
      const made = await insertEffect(note)(tx)
      begun.resolve()
      await goOn.promise
      return made
    })
    await begun.promise
    const startedMs = Date.now()
    expect(await conflictOf(run(key, note))).toBe('in_progress')
    expect(Date.now() - startedMs).toBeLessThan(2_000)
    const other = otherRequest(key)
    expect(await conflictOf(run(other, note))).toBe('id_reused')
    goOn.resolve()
    expect((await first).replayed).toBe(false)
    expect(await countEffects(note)).toBe(1)
  })
})
