import type { Offer } from '../clients/offers.ts'
import type { ClientRecord } from '../clients/story.ts'
import type { Move, MoveBook } from '../house/moves.ts'
import type { Lot } from '../lots.ts'
import type { TalkBook } from '../talks/act.ts'
import type { Listing } from '../talks/bargaining.ts'
import type { AuctionRow, BidderRow, BidRow, MysqlRows, OrderRow, VehicleRow } from './mysql-rows.ts'
import type { PublicAnswers, Repetition } from './public-answers.ts'
import type { RoomFile } from './room-files.ts'
import { type InvoiceRow, type TalkEvidence, type TalkRows, talkOf } from './talk-rows.ts'

/** Everything that is known of one auction when all is over. */
export interface AuctionEvidence {
  readonly lot: Lot
  readonly offers: readonly Offer[]
  readonly records: readonly ClientRecord[]
  readonly repetitions: readonly Repetition[]
  readonly shown: PublicAnswers
  readonly room: RoomFile
  readonly row: AuctionRow
  readonly bidRows: readonly BidRow[]
  readonly bidderRows: readonly BidderRow[]
  readonly orders: readonly OrderRow[]
  readonly vehicle: VehicleRow | null
  /** What was asked beside bids. */
  readonly moves: readonly Move[]
  /** Who was suspended while they bid here. */
  readonly suspended: readonly number[]
  readonly toldOfEnd: readonly { userId: number; type: string }[]
  /** One for each order. */
  readonly invoices: readonly InvoiceRow[]
  /** What was negotiated after the end. */
  readonly talk: TalkEvidence
}

/** Everything that is known of a listing on which people made offers. */
export interface ListingEvidence {
  readonly listing: Listing
  readonly vehicle: VehicleRow | null
  readonly orders: readonly OrderRow[]
  readonly invoices: readonly InvoiceRow[]
  readonly talk: TalkEvidence
}

/** What was collected, before it is known whether it fits together. */
export interface Collected {
  readonly lots: readonly Lot[]
  readonly offers: readonly Offer[]
  readonly recordsOf: (auctionId: number) => readonly ClientRecord[]
  readonly moves: MoveBook
  readonly repetitions: readonly Repetition[]
  readonly shown: ReadonlyMap<number, PublicAnswers>
  readonly rooms: readonly RoomFile[]
  readonly rows: MysqlRows
  readonly listings: readonly Listing[]
  readonly talks: TalkBook
  readonly talkRows: TalkRows
  /** Epoch milliseconds: deadlines before it have been applied. */
  readonly readAt: number
}

/** The evidence of each auction, and what is missing or belongs to none. */
export function sortEvidence(collected: Collected): {
  auctions: AuctionEvidence[]
  listings: ListingEvidence[]
  problems: string[]
} {
  const { lots, listings, offers, moves, recordsOf, repetitions, shown, rooms, rows } = collected
  const problems: string[] = []
  const known = new Set(lots.map(({ auctionId }) => auctionId))
  const offersOf = Map.groupBy(offers, ({ auctionId }) => auctionId)
  const repetitionsOf = Map.groupBy(repetitions, ({ offer }) => offer.auctionId)
  const auctions: AuctionEvidence[] = []
  for (const lot of lots) {
    const { auctionId } = lot
    const room = rooms.filter((file) => file.auctionId === auctionId)
    const row = rows.auctions.find(({ id }) => id === auctionId)
    const seen = shown.get(auctionId)
    if (room.length > 1) problems.push(`auction ${auctionId} has ${room.length} rooms`)
    if (room[0] === undefined || row === undefined || seen === undefined) {
      const missing = [room[0] ? '' : 'room', row ? '' : 'row in MySQL', seen ? '' : 'public answer']
      problems.push(`auction ${auctionId} has no ${missing.filter((name) => name !== '').join(', no ')}`)
      continue
    }
    auctions.push({
      lot,
      offers: offersOf.get(auctionId) ?? [],
      records: recordsOf(auctionId),
      repetitions: repetitionsOf.get(auctionId) ?? [],
      shown: seen,
      room: room[0],
      row,
      bidRows: rows.bids.get(auctionId) ?? [],
      bidderRows: rows.bidders.get(auctionId) ?? [],
      ...saleOf(lot.vehicleId, auctionId, collected),
      moves: moves.moves.filter((move) => move.auctionId === auctionId),
      suspended: moves.suspensions
        .filter(({ auctionIds }) => auctionIds.includes(auctionId))
        .map(({ userId }) => userId),
      toldOfEnd: rows.toldOfEnd.get(auctionId) ?? [],
    })
  }
  for (const { id } of rows.auctions) {
    if (!known.has(id)) problems.push(`MySQL has the auction ${id}, which nobody made`)
  }
  for (const { auctionId } of rooms) {
    if (!known.has(auctionId)) problems.push(`there is a room of the auction ${auctionId}, which nobody made`)
  }
  const vehicles = new Set([...lots, ...listings].map(({ vehicleId }) => vehicleId))
  for (const { id, vehicle_id } of rows.orders) {
    if (!vehicles.has(vehicle_id)) problems.push(`the order ${id} is of no vehicle of ours`)
  }
  for (const id of rows.vehicles.keys()) {
    if (!vehicles.has(id)) problems.push(`MySQL has the vehicle ${id}, which nobody listed`)
  }
  return {
    auctions,
    listings: listings.map((listing) => ({ listing, ...saleOf(listing.vehicleId, null, collected) })),
    problems,
  }
}

/** What became of a vehicle, and what was negotiated about it. */
function saleOf(
  vehicleId: number,
  auctionId: number | null,
  { rows, talks, talkRows, readAt }: Collected,
): Omit<ListingEvidence, 'listing'> {
  const orders = rows.orders.filter(({ vehicle_id }) => vehicle_id === vehicleId)
  const ids = new Set(orders.map(({ id }) => id))
  return {
    vehicle: rows.vehicles.get(vehicleId) ?? null,
    orders,
    invoices: talkRows.invoices.filter(({ orderId }) => ids.has(orderId)),
    talk: talkOf({ book: talks, rows: talkRows, readAt }, { vehicleId, auctionId }),
  }
}
