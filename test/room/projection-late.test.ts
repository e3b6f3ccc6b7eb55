import { expect, test } from 'vitest'
import { type Batch, readBatch } from '../../src/auctions/live/projection.ts'
import { createProjectionStore } from '../../src/auctions/live/projection-store.ts'
import { usd } from '../engine/sale.ts'
import { openImpatientDatabase, openProjection, rowsOf } from '../support/projection.ts'

const [ANN, BEN] = [11, 12]

/** What has been written already must not be done again. */
const onceOnly = async () => {
  throw new Error('Done twice')
}

test('statements of an earlier batch that arrive after all others change nothing', async () => {
  const projection = await openProjection({ reservePrice: usd(900) })
  const { sale } = projection
  const store = createProjectionStore({
    db: openImpatientDatabase(),
    onDisclosed: onceOnly,
    onEnded: onceOnly,
    clock: () => projection.now,
  })
  // Each as it was read, and sent, when the ledger had come so far.
  const sent: Batch[] = []
  const play = (step: () => void) => {
    step()
    sent.push(readBatch(projection.ledger, 100))
  }
  play(() => sale.at(10).max(ANN, 500))
  play(() => sale.at(20).disclose('admin'))
  play(() => sale.at(30).max(ANN, 700))
  play(() => sale.at(40).max(BEN, 600))
  play(() => sale.at(50).max(ANN, 950))
  play(() => sale.at(60).void(sale.ledger.length))
  play(() => sale.at(100_000).wake())
  projection.now += 200_000_000
  await projection.drain()
  const { notifications: _, ...settled } = await rowsOf(projection.auctionId)
  expect(settled.auctions[0]?.settled_at).not.toBeNull()

  for (const batch of sent) {
    await store.saveBids(batch)
    await store.voidBids(batch)
    await store.saveBidders(batch)
    if (batch.settlement === null) await store.saveAuction(batch.change)
    else expect(await store.settle(batch.settlement)).toBe(false)
    const { notifications: __, ...rows } = await rowsOf(projection.auctionId)
    expect(rows).toEqual(settled)
  }
})
