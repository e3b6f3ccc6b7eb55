import { cpSync, mkdtempSync } from 'node:fs'
import { join } from 'node:path'
import { Client } from '@planetscale/database'
import { expect, test } from 'vitest'
import { createDatabase } from '../../local/databases.ts'
import { migrate } from '../../local/migrations.ts'
import { useServers } from './planetscale-stand.ts'

const servers = useServers()

const AUCTION = `INSERT INTO auctions
  (id, creation_key, vehicle_id, seller_id, status, outcome, sale_type, below_reserve, starting_price_cents, increments,
   soft_close_mode, soft_close_window_s, soft_close_extension_s, starts_at, ends_at, ending_key, original_ends_at,
   current_bid_cents, price_cents, high_bidder_id, make, model, year, settled_at, created_at, updated_at)
  VALUES (?, ?, 7, 8, 'ended', ?, 'reserve', 'proxy', 10000, '[]', 'reset', 120, 120, '2026-11-01', '2026-11-02', 0,
   '2026-11-02', 400000, 400000, 9, 'Honda', 'Accord', 2003, ?, '2026-11-01', '2026-11-02')`

/** A database as it was before the marketplace. */
async function openBefore(name: string): Promise<Client> {
  const { dataDir, mysql, planetscale } = servers()
  await createDatabase(mysql, name)
  const client = new Client({ url: planetscale.url(name) })
  const dir = mkdtempSync(join(dataDir, 'files-'))
  for (const file of ['0000_initial.sql', '0000_initial.down.sql'])
    cpSync(join('migrations', file), join(dir, file))
  await migrate(client, dir)
  return client
}

test('M2: sellers who have yet to decide at the migration have 24 h from their auction’s settlement', async () => {
  const client = await openBefore('decisions')
  const settledAt = '2026-11-02 10:20:30.456'
  await client.execute(AUCTION, [1, 'pending', 'pending_seller', settledAt])
  await client.execute(AUCTION, [2, 'sold', 'sold', settledAt])
  await client.execute(AUCTION, [3, 'unsettled', 'pending_seller', null])
  expect(await migrate(client, 'migrations')).toContain('0001_marketplace')
  const { rows } = await client.execute(
    `SELECT auction_id, vehicle_id, seller_id, bidder_id, stage, high_bid_cents, seller_counter_cents, deadline_at,
       next_attempt_at FROM auction_decisions`,
  )
  expect(rows).toEqual([
    {
      auction_id: '1',
      vehicle_id: '7',
      seller_id: '8',
      bidder_id: '9',
      stage: 'seller',
      high_bid_cents: '400000',
      seller_counter_cents: null,
      deadline_at: '2026-11-03 10:20:30.456',
      next_attempt_at: '2026-11-03 10:20:30.456',
    },
  ])
})

test('M5: an order from before has its price as its total, and an invoice that says so', async () => {
  const client = await openBefore('orders')
  await client.execute(
    `INSERT INTO orders (id, order_number, source_key, auction_id, vehicle_id, buyer_id, seller_id, vehicle_price_cents,
       status, created_at, updated_at)
     VALUES (5, 'ORD-20261102-A1', 'auction:1', 1, 7, 9, 8, 400000, 'pending_payment', '2026-11-02 10:20:30.456', '2026-11-02')`,
  )
  await migrate(client, 'migrations')
  const { rows } = await client.execute(
    `SELECT o.total_cents, o.paid_cents, o.sold_at, o.next_attempt_at, i.invoice_number, i.due_at = o.due_at AS is_due,
       i.fee_schedule_id = o.fee_schedule_id AS is_pinned, l.kind, l.position, l.description, l.rule, l.amount_cents
     FROM orders o JOIN invoices i ON i.order_id = o.id JOIN invoice_lines l ON l.invoice_id = i.id`,
  )
  expect(rows).toEqual([
    {
      total_cents: '400000',
      paid_cents: '0',
      sold_at: '2026-11-02 10:20:30.456',
      next_attempt_at: null,
      invoice_number: 'INV-20261102-A1',
      is_due: expect.anything(),
      is_pinned: expect.anything(),
      kind: 'vehicle',
      position: 0,
      description: 'Vehicle',
      rule: 'Hammer price',
      amount_cents: '400000',
    },
  ])
  expect([Number(rows[0]?.is_due), Number(rows[0]?.is_pinned)]).toEqual([1, 1])
})
