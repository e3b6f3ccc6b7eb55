/** The projector over a store that fails as told: what it makes of each kind of failure, and when it comes again. */
import { DatabaseError, UnknownError } from '@planetscale/database'
import { expect, test } from 'vitest'
import type { ProjectionStore } from '../../src/auctions/live/projection-store.ts'
import { createProjector, STUCK_RETRY_MS } from '../../src/auctions/live/projector.ts'
import { DatabaseUnreachable } from '../../src/db/client.ts'
import { createLogger } from '../../src/platform/logger.ts'
import { openSale, type Sale } from '../engine/sale.ts'
import { SaleLedger } from '../support/sale-ledger.ts'
import { makeVehicle } from './arming.ts'

/** Notes the ledger number up to which each saved auction shows, and the bids in the order in which they came. */
class FakeStore implements ProjectionStore {
  failWith: (bidIds: readonly number[]) => unknown = () => null
  readonly bids: number[] = []
  readonly shown: number[] = []
  calls = 0

  async saveBids({ bids }: Parameters<ProjectionStore['saveBids']>[0]): Promise<void> {
    this.calls += 1
    const ids = bids.map(({ bidId }) => bidId)
    const error = this.failWith(ids)
    if (error !== null) throw error
    this.bids.push(...ids)
  }
  async voidBids(): Promise<void> {}
  async saveBidders(): Promise<void> {}
  async saveReserveChanges(): Promise<void> {}
  async saveNotices(): Promise<void> {}
  async saveAuction({ projected }: Parameters<ProjectionStore['saveAuction']>[0]): Promise<void> {
    this.shown.push(projected)
  }
  async settle({ change }: Parameters<ProjectionStore['settle']>[0]): Promise<boolean> {
    this.shown.push(change.projected)
    return true
  }
}

/** What stands before MySQL says so itself: there is no number of MySQL's in it. */
function vitessError(code: string, name: string, description: string): DatabaseError {
  const message = `target: market.-.primary: vttablet: rpc error: code = ${name} desc = ${description}`
  return new DatabaseError(message, 400, { message, code })
}

function standWith(bids: number): {
  sale: Sale
  store: FakeStore
  clock: { now: number }
  run: () => Promise<number | null>
  ledger: SaleLedger
} {
  const sale = openSale({ reservePrice: null })
  for (let bid = 0; bid < bids; bid++) sale.at(bid + 1).exact(11 + bid, 200 + 100 * bid)
  const store = new FakeStore()
  const clock = { now: 0 }
  const ledger = new SaleLedger(sale, makeVehicle())
  const project = createProjector({ store, clock: () => clock.now, log: createLogger('error') })
  return { sale, store, clock, ledger, run: async () => (await project(ledger)).retryInMs }
}

test.each([
  ['no answer', new DatabaseUnreachable('x')],
  ['an answer that is none', new UnknownError('x', { status: 502, statusText: '', body: '', headers: {} })],
  ['a proxy without a primary', new DatabaseError('x', 200, { message: 'no primary', code: 'UNAVAILABLE' })],
  ['a server that is gone', new DatabaseError('Unavailable (errno 2006)', 200, { message: '', code: '' })],
  ['a lost connection', new DatabaseError('Lost connection (errno 2013)', 200, { message: '', code: '' })],
  ['a failover', vitessError('UNAVAILABLE', 'Unavailable', 'no healthy tablet available')],
  ['a tablet that is no primary now', vitessError('UNKNOWN', 'FailedPrecondition', 'wrong tablet type')],
  ['a full pool', vitessError('RESOURCE_EXHAUSTED', 'ResourceExhausted', 'query pool wait exceeded')],
  ['a transaction that was ended', vitessError('ABORTED', 'Aborted', 'transaction 17: not found')],
  ['a password that is not taken', new DatabaseError('x', 401, { message: 'x', code: 'UNAUTHENTICATED' })],
  ['a deadlock', new DatabaseError('Deadlock (errno 1213) (sqlstate 40001)', 200, { message: '', code: '' })],
  ['the same as a cause', new Error('Failed query', { cause: new DatabaseUnreachable('x') })],
])('%s is waited out: after 1, 2, 4, 8 s and then every 15 s, with the whole batch', async (_what, error) => {
  const { store, clock, ledger, run } = standWith(10)
  store.failWith = () => error
  const waits = []
  for (let turn = 0; turn < 6; turn++) {
    const wait = await run()
    waits.push(wait)
    clock.now += wait ?? 0
  }
  expect(waits).toEqual([1_000, 2_000, 4_000, 8_000, 15_000, 15_000])
  expect([store.calls, ledger.cursor()]).toEqual([6, 0])
  store.failWith = () => null
  expect(await run()).toBeNull()
  expect(store.bids).toEqual([3, 4, 5, 6, 7, 8, 9, 10, 11, 12])
})

test.each([
  [
    'Vitess refuses by its code',
    new DatabaseError('VT05004: table does not exist', 400, { message: '', code: 'NOT_FOUND' }),
  ],
  ['Vitess refuses by the code in its text', vitessError('UNKNOWN', 'InvalidArgument', 'syntax error at 7')],
  ['Vitess cannot do', vitessError('UNIMPLEMENTED', 'Unimplemented', 'VT12001: unsupported: x')],
  ['MySQL refuses', new DatabaseError('Data too long (errno 1406)', 200, { message: '', code: '' })],
  ['nothing is known of', new TypeError('a defect')],
])('an entry that %s is come down to, tried each minute and never skipped', async (_what, error) => {
  const { store, clock, ledger, run } = standWith(100)
  store.failWith = (ids) => (ids.includes(60) ? error : null)
  for (let minute = 0; minute < 3; minute++) {
    expect(await run()).toBe(STUCK_RETRY_MS)
    expect(ledger.cursor()).toBe(59)
    expect(await run(), 'no sooner than in a minute').toBe(STUCK_RETRY_MS)
    clock.now += STUCK_RETRY_MS
  }
  expect(store.calls).toBeLessThan(30)
  store.failWith = () => null
  expect(await run()).toBeNull()
  expect(store.bids).toEqual(Array.from({ length: 100 }, (_, i) => i + 3))
})

test('the auction’s row is written after the bids of its batch, and only ever moves on', async () => {
  const { sale, store, clock, run } = standWith(5)
  await run()
  sale.at(50).exact(99, 5_000)
  clock.now += 60_000
  await run()
  sale.at(5_000).wake()
  clock.now += 60_000
  await run()
  expect(store.shown).toEqual([7, 8, 9])
})

test('what a whole batch leaves over waits for more to come, a second at most, and costs no calls of its own', async () => {
  const { sale, store, clock, run, ledger } = standWith(0)
  const bid = (first: number, count: number) => {
    for (let index = first; index < first + count; index++) sale.exact(11 + (index % 60), 200 + 300 * index)
  }
  bid(0, 1_600)
  expect(await run()).toBe(1_000)
  expect(store.calls).toBe(1)
  bid(1_600, 400)
  clock.now += 1_000
  expect(await run()).toBe(1_000)
  expect(store.calls).toBe(2)
  expect(ledger.lastNumber() - ledger.cursor()).toBeLessThan(10)
  clock.now += 1_000
  expect(await run()).toBeNull()
  expect(store.bids).toHaveLength(2_000)
})
