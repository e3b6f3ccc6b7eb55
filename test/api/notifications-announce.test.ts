import { expect, test } from 'vitest'
import { createAnnouncer } from '../../src/notifications/announce.ts'
import { createLogger } from '../../src/platform/logger.ts'
import { waitFor } from '../support/wait-for.ts'

/** An announcer whose people answer when the test lets them. */
function stand({ isAway = false } = {}) {
  const told: number[] = []
  const answers: (() => void)[] = []
  const awaited: Promise<unknown>[] = []
  const clock = { now: 0 }
  const counts = { atOnce: 0, mostAtOnce: 0 }
  const announce = createAnnouncer({
    tell: async (userId) => {
      told.push(userId)
      counts.mostAtOnce = Math.max(counts.mostAtOnce, ++counts.atOnce)
      if (isAway) {
        counts.atOnce -= 1
        throw new Error('away')
      }
      await new Promise<void>((resolve) => answers.push(resolve))
      counts.atOnce -= 1
    },
    waitUntil: (work) => void awaited.push(work),
    clock: () => clock.now,
    log: createLogger('error'),
  })
  const answerAll = async () => {
    for (const answer of answers.splice(0)) answer()
    await Promise.resolve()
  }
  return { announce, told, awaited, clock, counts, answerAll }
}

test('M14: each is told once, twenty at once, and nobody waits for it', async () => {
  const { announce, told, awaited, counts, answerAll } = stand()
  const people = Array.from({ length: 45 }, (_, n) => n + 1)
  announce([...people, ...people])
  expect(told).toHaveLength(20)
  await waitFor(async () => {
    await answerAll()
    return told.length === 45
  })
  await answerAll()
  await Promise.all(awaited)
  expect([told, counts.mostAtOnce]).toEqual([people, 20])
})

test('who is named while others are told is told after them, once however often', async () => {
  const { announce, told, awaited, answerAll } = stand()
  announce([1])
  for (let time = 0; time < 5; time++) announce([2, 1])
  expect(told).toEqual([1])
  await waitFor(async () => {
    await answerAll()
    return told.length === 3
  })
  await answerAll()
  await Promise.all(awaited)
  expect(told).toEqual([1, 2, 1])
  expect(awaited).toHaveLength(1)
})

test('whoever cannot be told fails nobody: neither the caller nor the others', async () => {
  const { announce, told, awaited } = stand({ isAway: true })
  announce([1, 2, 3])
  await expect(Promise.all(awaited)).resolves.toBeDefined()
  announce([4])
  await Promise.all(awaited)
  expect(told).toEqual([1, 2, 3, 4])
})

test('it is bounded in number and time: the rest finds it in the list', async () => {
  const many = stand({ isAway: true })
  many.announce(Array.from({ length: 2_000 }, (_, n) => n + 1))
  await Promise.all(many.awaited)
  expect(many.told).toHaveLength(500)

  const slow = stand()
  slow.announce(Array.from({ length: 100 }, (_, n) => n + 1))
  slow.clock.now += 20_000
  await slow.answerAll()
  await Promise.all(slow.awaited)
  expect(slow.told).toHaveLength(20)
})

test('without anybody to tell nothing is begun, and outside of a request nothing is thrown', async () => {
  const { announce, awaited } = stand()
  announce([])
  expect(awaited).toEqual([])
  const told: number[] = []
  const outside = createAnnouncer({
    tell: async (userId) => void told.push(userId),
    waitUntil: () => {
      throw new Error('no request')
    },
    clock: () => 0,
    log: createLogger('error'),
  })
  outside([7])
  await waitFor(() => told.length === 1)
})
