import { expect, test } from 'vitest'
import { entryOf, usd } from '../engine/sale.ts'
import { query } from '../support/database.ts'
import { openProjection } from '../support/projection.ts'

const ANN = 11

test('R11: a reserve lowered and one dropped are rows by their ledger numbers, once however often they are sent', async () => {
  const projection = await openProjection({ reservePrice: usd(5_000) })
  const { sale } = projection
  sale.at(10).max(ANN, 500)
  const lowered = entryOf(sale.at(20).reserve(3_000)).number
  const dropped = entryOf(sale.at(30).reserve(null)).number
  const rows = () =>
    query(
      'SELECT number, reserve_price_cents, created_at FROM reserve_changes WHERE auction_id = ? ORDER BY number',
      [projection.auctionId],
    )
  const expected = [
    { number: String(lowered), reserve_price_cents: '300000', created_at: '2027-01-04 15:00:20.000' },
    { number: String(dropped), reserve_price_cents: null, created_at: '2027-01-04 15:00:30.000' },
  ]
  await projection.drain()
  expect(await rows()).toEqual(expected)
  projection.restart({ forget: true })
  await projection.drain()
  expect(await rows()).toEqual(expected)
})
