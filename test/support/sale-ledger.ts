import type { LedgerReader, RoomBidderRow, VehicleSummary } from '../../src/auctions/live/contract.ts'
import { higherOf } from '../../src/lib/money.ts'
import type { Sale } from '../engine/sale.ts'

/** A sale's ledger as a projector reads it, with a cursor that outlives the projector. */
export class SaleLedger implements LedgerReader {
  readonly #sale: Sale
  readonly #vehicle: VehicleSummary
  #cursor = 0

  constructor(sale: Sale, vehicle: VehicleSummary) {
    this.#sale = sale
    this.#vehicle = vehicle
  }

  get auctionId(): number {
    return this.#sale.current.terms.auctionId
  }

  entriesAfter(number: number, limit: number) {
    return this.#sale.ledger.slice(number, number + limit)
  }

  lastNumber(): number {
    return this.#sale.ledger.length
  }

  cursor(): number {
    return this.#cursor
  }

  saveCursor(number: number): void {
    this.#cursor = number
  }

  vehicle(): VehicleSummary {
    return this.#vehicle
  }

  bidders(): RoomBidderRow[] {
    const rows = new Map<number, RoomBidderRow>()
    for (const [bidderId, alias] of this.#sale.aliases) rows.set(bidderId, { bidderId, alias, maximum: null })
    for (const item of this.#sale.standing()) {
      const row = item.type === 'bid' ? rows.get(item.bidderId) : undefined
      if (item.type !== 'bid' || row === undefined) continue
      const maximum = row.maximum === null ? item.offered : higherOf(row.maximum, item.offered)
      rows.set(item.bidderId, { ...row, maximum })
    }
    return [...rows.values()]
  }
}
