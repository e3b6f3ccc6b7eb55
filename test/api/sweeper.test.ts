import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { createDeps } from '../../src/deps.ts'
import { sweep } from '../../src/sweeper.ts'
import { termsWith } from '../engine/sale.ts'
import { api } from '../support/api.ts'
import { insertAuction } from '../support/auction-rows.ts'
import { query, withFault } from '../support/database.ts'
import { createActiveVehicle, createAuction } from '../support/market.ts'
import { signIn } from '../support/people.ts'
import { setVariables } from '../support/variables.ts'
import { waitFor } from '../support/wait-for.ts'

const MINUTE_MS = 60_000

const [seller, bidder] = await Promise.all([signIn(), signIn()])

const sweepAt = (now: number) => sweep(createDeps(env), now)

/** Rooms that answer nothing, in place of the real ones until the test ends. */
function breakRooms(
  fail: () => unknown = () => {
    throw new Error('Network connection lost.')
  },
): number[] {
  const asked: number[] = []
  const call = async () => fail()
  const getByName = (name: string) => {
    asked.push(Number(name))
    return { arm: call, view: call, history: call, bid: call }
  }
  setVariables({ AUCTION_ROOM: { getByName } })
  return asked
}

const marked = (...marks: string[]) =>
  Object.assign(new Error('away'), Object.fromEntries(marks.map((m) => [m, true])))

describe('with rooms that cannot be reached', () => {
  test('POST /api/auctions answers 201 all the same, and the sweeper arms the room', async () => {
    const rooms = env.AUCTION_ROOM
    const vehicle_id = await createActiveVehicle(seller)
    breakRooms()
    const { id } = await createAuction(seller, { vehicle_id })
    Object.assign(env, { AUCTION_ROOM: rooms })
    const [row] = await query('SELECT armed_at, projected FROM auctions WHERE id = ?', [id])
    expect(row).toEqual({ armed_at: null, projected: '0' })
    await sweepAt(Date.now() + MINUTE_MS)
    const armed = await waitFor(async () => {
      const [after] = await query('SELECT armed_at, attempts FROM auctions WHERE id = ?', [id])
      return after?.armed_at !== null && after
    })
    expect(armed?.attempts).toBe(0)
    const accepted = await api('POST', `/api/auctions/${id}/bids`, { as: bidder, body: { amount: 1000 } })
    accepted.expect(201)
  })

  test('a room that hangs holds POST /api/auctions up for 3 s at the most', async () => {
    const vehicle_id = await createActiveVehicle(seller)
    breakRooms(() => new Promise(() => undefined))
    const startedMs = Date.now()
    await createAuction(seller, { vehicle_id })
    expect(Date.now() - startedMs).toBeLessThan(4_500)
  })

  test('a room that was not armed is armed by the first who asks it', async () => {
    const rooms = env.AUCTION_ROOM
    const vehicle_id = await createActiveVehicle(seller)
    breakRooms()
    const { id } = await createAuction(seller, { vehicle_id })
    Object.assign(env, { AUCTION_ROOM: rooms })
    const shown = (await api('GET', `/api/auctions/${id}`)).expect(200)
    expect(shown.body).toMatchObject({ status: 'active', current_bid: 0, minimum_bid: 1000, seq: 1 })
    const bid = { as: bidder, body: { amount: 1000 } }
    ;(await api('POST', `/api/auctions/${id}/bids`, bid)).expect(201)
  })

  test('a room that was armed and has lost its ledger is not armed anew: bids that it had would be forgotten', async () => {
    const { terms } = await insertAuction(createDeps(env).db, termsWith({ sellerId: seller.user.id }))
    await query("UPDATE auctions SET armed_at = '2026-01-01', projected = 3 WHERE id = ?", [terms.auctionId])
    const path = `/api/auctions/${terms.auctionId}`
    const answer = await api('POST', `${path}/bids`, { as: bidder, body: { amount: 1000 } })
    expect([answer.status, answer.at('code')]).toEqual([503, 'unavailable'])
    const cancelled = await api('POST', `${path}/cancel`, { as: seller, body: { reason: 'x' } })
    expect(cancelled.status).toBe(503)
    expect(await env.AUCTION_ROOM.getByName(String(terms.auctionId)).view(null)).toBeNull()
  })

  test.each([
    ['overloaded, though it may be retried', ['retryable', 'overloaded'], 1],
    ['not to be retried', [], 1],
    ['to be retried', ['retryable'], 2],
  ])('a bid with an id whose room is %s is unavailable', async (_what, marks, times) => {
    const { id } = await createAuction(seller)
    const asked = breakRooms(() => {
      throw marked(...marks)
    })
    const answer = await api('POST', `/api/auctions/${id}/bids`, {
      as: bidder,
      body: { amount: 1000 },
      headers: { 'idempotency-key': 'k' },
    })
    expect([answer.status, answer.at('code')]).toEqual([503, 'unavailable'])
    expect(Number(answer.headers.get('retry-after'))).toBeGreaterThan(0)
    expect(asked).toHaveLength(times)
  })

  test('a bid without an id is asked once: it might have been taken', async () => {
    const { id } = await createAuction(seller)
    const asked = breakRooms(() => {
      throw marked('retryable')
    })
    const answer = await api('POST', `/api/auctions/${id}/bids`, { as: bidder, body: { amount: 1000 } })
    expect([answer.status, asked.length]).toEqual([503, 1])
  })

  test('GET /api/auctions/:id is unavailable while the room should answer', async () => {
    const { id } = await createAuction(seller)
    breakRooms()
    const answer = await api('GET', `/api/auctions/${id}`)
    expect([answer.status, answer.at('code')]).toEqual([503, 'unavailable'])
  })

  test('an auction that was settled is shown all the same', async () => {
    const { id } = await createAuction(seller, { buy_now_price: 2000 })
    ;(await api('POST', `/api/auctions/${id}/buy-now`, { as: bidder })).expect(201)
    await waitFor(async () => {
      const [row] = await query('SELECT settled_at FROM auctions WHERE id = ?', [id])
      return row?.settled_at !== null
    })
    breakRooms()
    expect((await api('GET', `/api/auctions/${id}`)).expect(200).at('outcome')).toBe('sold')
    expect((await api('GET', `/api/auctions/${id}/bids`)).expect(200).at('bid_count')).toBe(1)
  })
})

describe('the sweeper', () => {
  const DUE = '2001-01-01'

  /** Rows that are due, with nothing behind them. */
  async function insertDue(count: number): Promise<void> {
    const { id } = await createAuction(seller)
    const columns = (await query("SHOW COLUMNS FROM auctions WHERE Field NOT IN ('id', 'creation_key')")).map(
      ({ Field }) => String(Field),
    )
    const numbers = Array.from({ length: count }, (_, n) => `SELECT ${n} AS n`).join(' UNION ALL ')
    await query(
      `INSERT INTO auctions (creation_key, ${columns.join(', ')}) SELECT CONCAT('due', n), ${columns
        .map((name) => `a.${name}`)
        .join(', ')} FROM auctions a JOIN (${numbers}) numbers WHERE a.id = ${id}`,
    )
    await query(
      "UPDATE auctions SET next_attempt_at = ?, attempts = 0, armed_at = ? WHERE creation_key LIKE 'due%'",
      [DUE, DUE],
    )
  }

  test('asks 500 rooms a turn, each once, the next look put off further each time', async () => {
    await insertDue(600)
    const asked = breakRooms()
    const now = Date.parse('2001-01-02')
    await sweepAt(now)
    expect([asked.length, new Set(asked).size]).toEqual([500, 500])
    await sweepAt(now)
    expect([asked.length, new Set(asked).size]).toEqual([600, 600])
    await sweepAt(now + MINUTE_MS - 1)
    expect(asked).toHaveLength(600)
    const looks = []
    for (const minutes of [1, 3, 7]) {
      await sweepAt(now + minutes * MINUTE_MS)
      await sweepAt(now + minutes * MINUTE_MS)
      looks.push(asked.length)
    }
    expect(looks).toEqual([1_200, 1_800, 2_400])
    await query("DELETE FROM auctions WHERE creation_key LIKE 'due%'")
  })

  test('two at once put each look off once', async () => {
    await insertDue(120)
    const asked = breakRooms()
    const now = Date.parse('2001-01-02')
    await Promise.all([sweepAt(now), sweepAt(now)])
    expect(new Set(asked).size).toBe(120)
    const [row] = await query("SELECT MIN(attempts) AS least FROM auctions WHERE creation_key LIKE 'due%'")
    expect(row).toEqual({ least: 1 })
    await query("DELETE FROM auctions WHERE creation_key LIKE 'due%'")
  })

  test('wakes a room whose auction should have been settled', async () => {
    const { id } = await createAuction(seller)
    const asked = breakRooms()
    await waitFor(async () => {
      const [row] = await query('SELECT armed_at FROM auctions WHERE id = ?', [id])
      return row?.armed_at !== null
    })
    await sweepAt(Date.now() + 30 * MINUTE_MS)
    expect(asked).not.toContain(id)
    await sweepAt(Date.now() + 62 * MINUTE_MS)
    expect(asked).toContain(id)
  })

  test('removes idempotency keys after 24 hours', async () => {
    const insert = `INSERT INTO idempotency_keys (user_id, \`key\`, fingerprint, claim, leased_until, created_at)
                    VALUES (1, ?, 'f', 'c', ?, ?)`
    await query(insert, ['old', '2001-01-01', '2001-01-01'])
    await query(insert, ['young', '2001-01-02', '2001-01-02'])
    await sweepAt(Date.parse('2001-01-02T12:00:00Z'))
    const left = await query("SELECT `key` FROM idempotency_keys WHERE user_id = 1 AND fingerprint = 'f'")
    expect(left).toEqual([{ key: 'young' }])
  })

  test('with MySQL away a turn comes to nothing, and does not fail', async () => {
    await withFault({ mode: 'refuse' }, () => sweepAt(Date.now()))
    await sweepAt(Date.now())
  })
})
