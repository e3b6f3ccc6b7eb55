import { env } from 'cloudflare:workers'
import { beforeEach, describe, expect, test } from 'vitest'
import { tellDeadlines } from '../../src/auctions/tell-deadlines.ts'
import { createDeps } from '../../src/deps.ts'
import type { Announce } from '../../src/notifications/announce.ts'
import { api } from '../support/api.ts'
import { countReads, query, withFault } from '../support/database.ts'
import { createActiveVehicle, createAuction } from '../support/market.ts'
import { noticesOf } from '../support/notices.ts'
import { type Person, signIn, signInAdmin } from '../support/people.ts'
import { waitFor } from '../support/wait-for.ts'

const MINUTE_MS = 60_000
const at = (ms: number) => new Date(ms).toISOString()

const [seller, admin] = await Promise.all([signIn(), signInAdmin()])

const announced: number[] = []
const announce: Announce = (userIds) => void announced.push(...userIds)
const sweepAt = (now: number) => tellDeadlines({ ...createDeps(env), announce, now })

const typesOf = async (person: Person) =>
  (await noticesOf(person, 'auction_starting', 'auction_ending')).map(({ type }) => type)

const watch = (person: Person, vehicleId: number) =>
  query('INSERT INTO watchlist (user_id, vehicle_id, created_at) VALUES (?, ?, NOW(3))', [
    person.user.id,
    vehicleId,
  ])

const bid = async (person: Person, auctionId: number, amount: number) => {
  const answer = await api('POST', `/api/auctions/${auctionId}/bids`, { as: person, body: { amount } })
  answer.expect(201)
}
const extend = (auctionId: number, endsAt: number) =>
  query('UPDATE auctions SET ends_at = ? WHERE id = ?', [
    at(endsAt).slice(0, -1).replace('T', ' '),
    auctionId,
  ])
const bidders = (auctionId: number) =>
  query('SELECT user_id FROM auction_bidders WHERE auction_id = ?', [auctionId])

/** Nothing of an earlier test is due. */
beforeEach(() => query('UPDATE auctions SET start_told_at = NOW(3), end_told_at = NOW(3)'))

async function scheduled(startsAt: number) {
  const vehicle_id = await createActiveVehicle(seller)
  const times = { starts_at: at(startsAt), ends_at: at(startsAt + 60 * MINUTE_MS) }
  const { id } = await createAuction(seller, { vehicle_id, ...times })
  return { id, vehicle_id, watcher: await signIn() }
}

describe('M13: auction_starting', () => {
  test('tells seller and watchers 15 min before the start, once, however often it is swept', async () => {
    const startsAt = Date.now() + 60 * MINUTE_MS
    const { id, vehicle_id, watcher } = await scheduled(startsAt)
    await watch(watcher, vehicle_id)
    await sweepAt(startsAt - 15 * MINUTE_MS - 1)
    expect(await typesOf(watcher)).toEqual([])
    await Promise.all([sweepAt(startsAt - 15 * MINUTE_MS), sweepAt(startsAt - 15 * MINUTE_MS)])
    await sweepAt(startsAt - 10 * MINUTE_MS)
    const told = await noticesOf(watcher, 'auction_starting')
    expect(told).toEqual([
      {
        type: 'auction_starting',
        title: expect.stringContaining('Honda'),
        message: expect.stringContaining('starts'),
        cause_key: `auction:${id}:starting:${startsAt}`,
        data: { auction_id: id, vehicle_id },
      },
    ])
    expect((await noticesOf(seller, 'auction_starting')).map(({ data }) => data.auction_id)).toEqual([id])
  })

  test('tells again of another start, and not of one that was told of already', async () => {
    const startsAt = Date.now() + 60 * MINUTE_MS
    const { id, vehicle_id, watcher } = await scheduled(startsAt)
    await watch(watcher, vehicle_id)
    await sweepAt(startsAt - 10 * MINUTE_MS)
    const later = startsAt + 24 * 60 * MINUTE_MS
    const body = { starts_at: at(later), ends_at: at(later + 60 * MINUTE_MS) }
    ;(await api('PATCH', `/api/auctions/${id}`, { as: seller, body })).expect(200)
    await waitFor(async () => {
      const [row] = await query('SELECT start_told_at FROM auctions WHERE id = ?', [id])
      return row?.start_told_at === null
    })
    await sweepAt(later - 10 * MINUTE_MS)
    expect((await noticesOf(watcher, 'auction_starting')).map(({ cause_key }) => cause_key)).toEqual([
      `auction:${id}:starting:${startsAt}`,
      `auction:${id}:starting:${later}`,
    ])
  })

  test('is not told of an auction that was cancelled, nor after its start', async () => {
    const startsAt = Date.now() + 60 * MINUTE_MS
    const cancelled = await scheduled(startsAt)
    const missed = await scheduled(startsAt)
    await Promise.all([
      watch(cancelled.watcher, cancelled.vehicle_id),
      watch(missed.watcher, missed.vehicle_id),
    ])
    const body = { reason: 'not for sale' }
    ;(await api('POST', `/api/auctions/${cancelled.id}/cancel`, { as: seller, body })).expect(200)
    await query("UPDATE auctions SET status = 'cancelled' WHERE id = ?", [cancelled.id])
    await sweepAt(startsAt)
    await query("UPDATE auctions SET starts_at = '2001-01-01' WHERE id = ?", [missed.id])
    await sweepAt(startsAt - MINUTE_MS)
    expect([await typesOf(cancelled.watcher), await typesOf(missed.watcher)]).toEqual([[], []])
  })
})

describe('M13: auction_ending', () => {
  /** An active auction with a bidder and a watcher, whose end MySQL says is in an hour. */
  async function running(endsAt = Date.now() + 60 * MINUTE_MS) {
    const vehicle_id = await createActiveVehicle(seller)
    const { id } = await createAuction(seller, { vehicle_id, ends_at: at(endsAt) })
    const [bidder, watcher, stranger] = await Promise.all([signIn(), signIn(), signIn()])
    await watch(watcher, vehicle_id)
    await bid(bidder, id, 1_000)
    await waitFor(async () => (await bidders(id)).length === 1)
    return { id, vehicle_id, endsAt, bidder, watcher, stranger }
  }

  test('tells bidders and watchers 15 min before the end, and neither seller nor strangers', async () => {
    const { id, vehicle_id, endsAt, bidder, watcher, stranger } = await running()
    await sweepAt(endsAt - 15 * MINUTE_MS - 1)
    expect(await typesOf(bidder)).toEqual([])
    await sweepAt(endsAt - 15 * MINUTE_MS)
    for (const person of [bidder, watcher]) {
      expect(await noticesOf(person, 'auction_ending')).toMatchObject([
        { cause_key: `auction:${id}:ending:0`, data: { auction_id: id, vehicle_id } },
      ])
    }
    expect(announced).toEqual(expect.arrayContaining([bidder.user.id, watcher.user.id]))
    expect(announced).not.toContain(stranger.user.id)
    expect(await typesOf(stranger)).toEqual([])
    expect(await noticesOf(seller, 'auction_ending')).toEqual([])
  })

  test('who bids and watches is told once; many sweepers at once and an extended end change nothing', async () => {
    const { id, vehicle_id, endsAt, bidder, watcher } = await running()
    await watch(bidder, vehicle_id)
    await Promise.all(Array.from({ length: 5 }, () => sweepAt(endsAt - 10 * MINUTE_MS)))
    await extend(id, endsAt + 30 * MINUTE_MS)
    await sweepAt(endsAt + 20 * MINUTE_MS)
    expect([await typesOf(bidder), await typesOf(watcher)]).toEqual([['auction_ending'], ['auction_ending']])
  })

  test('M12: who was told of an end is told of the one that a changed disclosure made of it', async () => {
    const { id, vehicle_id, bidder, watcher } = await running(Date.now() + 10 * MINUTE_MS)
    await sweepAt(Date.now())
    const changed = await api('PATCH', `/api/vehicles/${vehicle_id}`, {
      as: admin,
      body: { mileage: 91_000 },
    })
    changed.expect(200)
    const [row] = await waitFor(async () => {
      const rows = await query('SELECT ends_at FROM auctions WHERE id = ? AND end_moves = 1', [id])
      return rows.length > 0 && rows
    })
    const endsAt = Date.parse(`${row?.ends_at}Z`)
    await sweepAt(endsAt - 16 * MINUTE_MS)
    expect(await typesOf(bidder)).toEqual(['auction_ending'])
    for (const before of [14, 13]) await sweepAt(endsAt - before * MINUTE_MS)
    for (const person of [bidder, watcher]) {
      const told = await noticesOf(person, 'auction_ending')
      expect(told.map(({ cause_key }) => cause_key)).toEqual([
        `auction:${id}:ending:0`,
        `auction:${id}:ending:1`,
      ])
    }
  })

  test('what fails half-way is told at the next turn, to nobody twice', async () => {
    const { endsAt, bidder, watcher } = await running()
    await withFault({ mode: 'refuse', matching: '^update .?auctions' }, () =>
      sweepAt(endsAt - 10 * MINUTE_MS),
    )
    await withFault({ mode: 'refuse', matching: '^insert into .?notifications' }, () =>
      sweepAt(endsAt - 9 * MINUTE_MS),
    )
    expect(await sweepAt(endsAt - 8 * MINUTE_MS)).toBe(1)
    expect(await sweepAt(endsAt - 7 * MINUTE_MS)).toBe(0)
    expect([await typesOf(bidder), await typesOf(watcher)]).toEqual([['auction_ending'], ['auction_ending']])
  })

  test('is not told once the end has passed', async () => {
    const { endsAt, bidder } = await running()
    await sweepAt(endsAt)
    expect(await typesOf(bidder)).toEqual([])
  })

  test('of a vehicle that many watch, tells all of them', async () => {
    const { id, vehicle_id, endsAt } = await running()
    const numbers = Array.from({ length: 1_100 }, (_, n) => `(${900_000 + n}, ${vehicle_id}, NOW(3))`)
    await query(`INSERT INTO watchlist (user_id, vehicle_id, created_at) VALUES ${numbers.join(', ')}`)
    await sweepAt(endsAt - 10 * MINUTE_MS)
    const [row] = await query('SELECT COUNT(*) AS told FROM notifications WHERE cause_key = ?', [
      `auction:${id}:ending:0`,
    ])
    expect(Number(row?.told)).toBe(1_102)
  })
})

test('a sweep without anything due reads next to nothing, however many auctions there are', async () => {
  const { id } = await createAuction(seller)
  const columns = (await query("SHOW COLUMNS FROM auctions WHERE Field NOT IN ('id', 'creation_key')")).map(
    ({ Field }) => String(Field),
  )
  const numbers = Array.from({ length: 400 }, (_, n) => `SELECT ${n} AS n`).join(' UNION ALL ')
  for (const status of ['active', 'scheduled', 'ended']) {
    const values = columns.map((name) => {
      if (name === 'status') return `'${status}'`
      if (name === 'starts_at' || name === 'ends_at') return "'2040-01-01'"
      return name.endsWith('_told_at') || name === 'next_attempt_at' ? 'NULL' : `a.${name}`
    })
    await query(
      `INSERT INTO auctions (creation_key, ${columns.join(', ')})
       SELECT CONCAT('many-${status}-', n), ${values.join(', ')} FROM auctions a JOIN (${numbers}) AS numbers
       WHERE a.id = ?`,
      [id],
    )
  }
  await sweepAt(Date.now())
  const counts = await countReads(() => sweepAt(Date.now()))
  // Rooms of the tests before may still be projecting.
  const looks = counts.statements.filter(({ sql }) => /^select.*_told_at/is.test(sql))
  expect(looks).toHaveLength(2)
  expect(looks.reduce((sum, { handlerReads }) => sum + handlerReads, 0)).toBeLessThan(10)
})
