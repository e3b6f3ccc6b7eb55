import { beforeEach, describe, expect, test } from 'vitest'
import { isUnreachable } from '../../src/db/client.ts'
import { AppError } from '../../src/platform/errors.ts'
import { clearFault, query, setFault, withFault } from '../support/database.ts'
import {
  conflictOf,
  countEffects,
  createEffects,
  insertEffect,
  isClaimed,
  type Key,
  LEASE_MS,
  NOW,
  nextKey,
  otherRequest,
  run,
} from '../support/effects.ts'
import { waitFor } from '../support/wait-for.ts'

await createEffects()
let note = ''
beforeEach(() => {
  note = crypto.randomUUID()
})

describe('a request that died with its claim', () => {
  const claimAndDie = ({ userId, key, fingerprint }: Key) =>
    query(
      `INSERT INTO idempotency_keys (user_id, \`key\`, fingerprint, claim, leased_until, created_at)
       VALUES (?, ?, ?, ?, ?, ?)`,
      [userId, key, fingerprint, crypto.randomUUID(), new Date(NOW + LEASE_MS), new Date(NOW)],
    )

  test('holds the key for 30 s', async () => {
    const key = nextKey()
    await claimAndDie(key)
    expect(await conflictOf(run(key, note, NOW + LEASE_MS))).toBe('in_progress')
    expect(await countEffects(note)).toBe(0)
  })

  test('is followed by one of those that come after', async () => {
    const key = nextKey()
    await claimAndDie(key)
    const after = NOW + LEASE_MS + 1
    const settled = await Promise.allSettled(Array.from({ length: 10 }, () => run(key, note, after)))
    expect(settled.some(({ status }) => status === 'fulfilled')).toBe(true)
    expect(await countEffects(note)).toBe(1)
    expect((await run(key, note, after)).replayed).toBe(true)
  })

  test('cannot have its effect any more when it comes back to life', async () => {
    const key = nextKey()
    await setFault({ mode: 'hang', matching: '^BEGIN', times: 1 })
    const slow = conflictOf(run(key, note))
    await waitFor(() => isClaimed(key))
    const second = await run(key, note, NOW + LEASE_MS + 1)
    expect(second.replayed).toBe(false)
    // Cleared, the transaction that hung begins at last.
    await clearFault()
    expect(await slow).toBe('in_progress')
    expect(await countEffects(note)).toBe(1)
    expect((await run(key, note)).body).toEqual(second.body)
  })
})

describe('an effect that fails', () => {
  test.each([
    ['a refusal', () => new AppError('wrong_status')],
    ['an error', () => new Error('unexpected')],
  ])('by %s leaves the key free, also for another request', async (_how, failureOf) => {
    const key = nextKey()
    const failing = run(key, note, NOW, async (tx) => {
      await insertEffect(note)(tx)
      throw failureOf()
    })
    await expect(failing).rejects.toThrow(failureOf().message)
    expect(await countEffects(note)).toBe(0)
    expect((await run(otherRequest(key), note)).replayed).toBe(false)
    expect(await countEffects(note)).toBe(1)
  })

  test('where even freeing the key fails, the lease runs out', async () => {
    const key = nextKey()
    await withFault({ mode: 'refuse', matching: '^delete from `idempotency_keys`' }, async () => {
      const failing = run(key, note, NOW, async () => {
        throw new AppError('wrong_status')
      })
      await expect(failing).rejects.toThrow(AppError)
    })
    expect(await conflictOf(run(key, note))).toBe('in_progress')
    expect((await run(key, note, NOW + LEASE_MS + 1)).status).toBe(201)
  })
})

describe('an answer of the database that is lost', () => {
  const STATEMENTS = [
    ['the claim', '^insert into `idempotency_keys`'],
    ['BEGIN', '^BEGIN'],
    ['the guard', 'for update'],
    ['the effect', '^insert into effects'],
    ['what is remembered', '^update `idempotency_keys`'],
    ['COMMIT', '^COMMIT'],
  ] as const

  test.each(STATEMENTS)(
    'at %s changes nothing: one effect, the right status, the key kept',
    async (_what, matching) => {
      const key = nextKey()
      const made = await withFault({ mode: 'lose-answer', matching, times: 1 }, () => run(key, note))
      expect(made).toMatchObject({ status: 201, replayed: false })
      expect(await countEffects(note)).toBe(1)
      expect(await run(key, note)).toEqual({ ...made, replayed: true })
    },
  )

  test.each(STATEMENTS)(
    'at %s, and ever after: at most one effect, and one after a repetition',
    async (_what, matching) => {
      const key = nextKey()
      const [attempt] = await withFault({ mode: 'lose-answer', matching }, () =>
        Promise.allSettled([run(key, note)]),
      )
      if (attempt.status === 'rejected') expect(isUnreachable(attempt.reason)).toBe(true)
      expect(await countEffects(note)).toBeLessThanOrEqual(1)
      const repeated = await run(key, note, NOW + LEASE_MS + 1)
      expect(repeated.status).toBe(201)
      if (attempt.status === 'fulfilled') expect(repeated.body).toEqual(attempt.value.body)
      expect(await countEffects(note)).toBe(1)
    },
  )
})
