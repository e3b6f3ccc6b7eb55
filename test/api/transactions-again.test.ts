import { DatabaseError } from '@planetscale/database'
import { expect, test } from 'vitest'
import { contextAt } from '../support/sessions.ts'

const refusal = (text: string) => new DatabaseError(text, 200, { message: text, code: '' })

/** Runs a transaction that fails so often. @returns how often it ran */
async function runFailing(times: number, failure: Error): Promise<{ runs: number; isDone: boolean }> {
  let runs = 0
  const isDone = await contextAt(0)
    .db.transaction(async () => {
      runs += 1
      if (runs <= times) throw failure
      return true
    })
    .catch(() => false)
  return { runs, isDone }
}

test.each([
  ['Deadlock found (errno 1213) (sqlstate 40001)', 5],
  ['Record has changed since last read (errno 1020) (sqlstate HY000)', 5],
])('a transaction runs again while others take its locks, six times in all: %s', async (text, times) => {
  expect(await runFailing(times, refusal(text))).toEqual({ runs: times + 1, isDone: true })
  expect(await runFailing(times + 1, refusal(text))).toEqual({ runs: times + 1, isDone: false })
})

test('a transaction whose answer was lost runs once more, one that MySQL refuses never', async () => {
  const lost = refusal('Lost connection (errno 2013) (sqlstate HY000)')
  expect(await runFailing(1, lost)).toEqual({ runs: 2, isDone: true })
  expect(await runFailing(2, lost)).toEqual({ runs: 2, isDone: false })
  const wrong = refusal('Out of range (errno 1264) (sqlstate 22003)')
  expect(await runFailing(1, wrong)).toEqual({ runs: 1, isDone: false })
})
