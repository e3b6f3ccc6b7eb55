/** A market too large to be made through the API: copies of one vehicle and of one auction, written by the database. */
import { z } from 'zod'
import { query, select } from './database.ts'

export const VEHICLES = 50_000
export const AUCTIONS = 5_000
const AT_ONCE = 10_000

const DIGIT =
  '(SELECT 0 d UNION SELECT 1 UNION SELECT 2 UNION SELECT 3 UNION SELECT 4 UNION SELECT 5 UNION SELECT 6 UNION SELECT 7 UNION SELECT 8 UNION SELECT 9)'
/** Whole numbers from 0, as the column `n`. */
const NUMBERS = `(SELECT a.d + 10 * b.d + 100 * c.d + 1000 * e.d + 10000 * f.d n FROM ${DIGIT} a, ${DIGIT} b, ${DIGIT} c, ${DIGIT} e, ${DIGIT} f) numbers`

/** Copies the row `id` of a table for each number from `from` up to `to`, some of its columns anew. */
export async function copyRow(
  table: string,
  id: number,
  fresh: Record<string, string>,
  from: number,
  to: number,
): Promise<void> {
  const fields = await select(
    z.object({ Field: z.string(), Extra: z.string() }),
    `SHOW COLUMNS FROM ${table}`,
  )
  const kept = fields.filter(({ Field, Extra }) => !/generated/i.test(Extra) && !(Field in fresh))
  const names = [...kept.map(({ Field }) => Field), ...Object.keys(fresh)].map((name) => `\`${name}\``)
  const values = [...kept.map(({ Field }) => `t.\`${Field}\``), ...Object.values(fresh)]
  for (let start = from; start < to; start += AT_ONCE) {
    await query(
      `INSERT INTO ${table} (${names}) SELECT ${values} FROM ${table} t, ${NUMBERS}
       WHERE t.id = ? AND n >= ? AND n < ? ORDER BY n`,
      [id, start, Math.min(start + AT_ONCE, to)],
    )
  }
}

/**
 * Fills the database up to 50 000 vehicles with two images each, and 5 000 auctions that as many of them are in.
 * Four of five vehicles are public; every filter has much and little that fits.
 */
export async function fillMarket(vehicleId: number, auctionId: number, sellerId: number): Promise<void> {
  const first = 100_000
  const columns = {
    id: `${first} + n`,
    seller_id: `IF(n % 50 = 7, ${sellerId}, 1000 + n % 700)`,
    status: `CASE WHEN n % 10 = 0 THEN 'in_auction' WHEN n % 10 < 8 THEN 'active' WHEN n % 10 = 8 THEN 'sold' ELSE 'draft' END`,
    vin: `CONCAT('VIN', LPAD(n, 14, '0'))`,
    live_vin: 'NULL',
    year: '1990 + (n * 7) % 36',
    make: `ELT(1 + n % 12, 'Ford', 'Honda', 'Toyota', 'BMW', 'Audi', 'Tesla', 'Jeep', 'Ram', 'Kia', 'Mazda', 'Volvo', 'Ferrari')`,
    model: `CONCAT('Model ', n % 180)`,
    trim: `ELT(1 + n % 3, 'LE', 'SE', 'XLE')`,
    body_type: `IF(n % 997 = 0, 'Hearse', ELT(1 + n % 4, 'Sedan', 'SUV', 'Coupe', 'Pickup'))`,
    mileage: 'IF(n % 20 = 0, NULL, (n * 7919) % 200000)',
    condition: `ELT(1 + n % 4, 'runs_drives', 'starts', 'non_running', 'parts_only')`,
    title_type: `IF(n % 400 = 3, 'flood', ELT(1 + n % 3, 'clean', 'salvage', 'rebuilt'))`,
    location_state: `ELT(1 + n % 10, 'TX', 'CA', 'NY', 'FL', 'OH', 'WA', 'OR', 'NV', 'AZ', 'UT')`,
    starting_price_cents: '100 * (1 + (n * 104729) % 90000)',
  }
  await copyRow('vehicles', vehicleId, columns, 0, VEHICLES)
  for (const isPrimary of [1, 0]) {
    await query(
      `INSERT INTO vehicle_images (vehicle_id, s3_key, content_type, size_bytes, is_primary, sort_order, created_at)
       SELECT id, CONCAT('vehicles/', id, '/${isPrimary}.png'), 'image/png', 1, ${isPrimary}, ${1 - isPrimary}, NOW(3)
       FROM vehicles WHERE id >= ?`,
      [first],
    )
  }
  const auction = { id: `${first} + n`, vehicle_id: `${first} + 10 * n`, creation_key: `CONCAT('copy', n)` }
  await copyRow('auctions', auctionId, auction, 0, AUCTIONS)
  await query('ANALYZE TABLE vehicles, vehicle_images, auctions')
}
