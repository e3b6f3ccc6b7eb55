import { DurableObject } from 'cloudflare:workers'
import { z } from 'zod'
import type { AuctionTerms } from '../../src/auctions/engine/auction.ts'
import { DEFAULT_SOFT_CLOSE } from '../../src/auctions/engine/terms.ts'
import type { Offer, VehicleSummary } from '../../src/auctions/live/contract.ts'
import { RoomCore, type RoomDeps } from '../../src/auctions/live/core.ts'
import type { Sql, SqlValue } from '../../src/auctions/live/ports.ts'
import { cents } from '../../src/lib/money.ts'
import { HOUR_MS } from '../../src/lib/time.ts'
import { createLogger } from '../../src/platform/logger.ts'
import { IsolateMetrics } from '../../src/platform/metrics/isolate.ts'

interface Bindings {
  ROOM: DurableObjectNamespace<CountedRoom>
}

const STEP = cents(1)
const BIDDERS = 10
const SELLER_ID = 900
const querySchema = z.object({ bids: z.coerce.number().int().positive(), offer: z.enum(['exact', 'max']) })

/** The room's own code; what it writes is added up from its cursors' `rowsWritten`. */
export class CountedRoom extends DurableObject<Bindings> {
  #rowsWritten = 0

  override async fetch(request: Request): Promise<Response> {
    const query = Object.fromEntries(new URL(request.url).searchParams)
    const { bids, offer } = querySchema.parse(query)
    const room = this.#open()
    const rows: number[] = []
    for (let index = 0; index < bids; index++) {
      const rowsBefore = this.#rowsWritten
      const bidder = { userId: 1 + (index % BIDDERS), sellerProfileId: null, canBid: true }
      const clientId = `bid-${index}`
      const placed: Offer = { kind: 'bid', offer, amount: cents(100 + index * STEP) }
      const answer = await room.bids.place({
        bidder,
        clientId,
        offer: placed,
        door: 'socket',
        requestId: 'rows',
      })
      if (!answer.ok) throw new Error(`Bid ${index} was refused: ${answer.code}`)
      // A person's first bid writes whom the room has asked for, too.
      if (index >= BIDDERS) rows.push(this.#rowsWritten - rowsBefore)
    }
    const sum = rows.reduce((total, count) => total + count, 0)
    return Response.json({ rows_per_bid: sum / rows.length, most_rows_of_a_bid: Math.max(...rows) })
  }

  #open(): RoomCore<WebSocket> {
    const { storage } = this.ctx
    const room = new RoomCore<WebSocket>(describeDeps(), {
      storage: { sql: this.#countingSql(), transactionSync: (work) => storage.transactionSync(work) },
      alarm: { setAlarm: () => undefined },
      armedAt: null,
      sockets: this.ctx,
      runLater: () => undefined,
      waitUntil: (work) => this.ctx.waitUntil(work),
      auctionId: 1,
    })
    const armed = room.house.arm({ terms: describeTerms(), vehicle: VEHICLE }, 'rows')
    if (!armed.ok) throw new Error(`Not armed: ${armed.code}`)
    return room
  }

  #countingSql(): Sql {
    const { sql } = this.ctx.storage
    return {
      exec: <Row extends Record<string, SqlValue>>(text: string, ...bindings: SqlValue[]) => {
        const cursor = sql.exec<Row>(text, ...bindings)
        const rows = cursor.toArray()
        const { rowsRead, rowsWritten } = cursor
        this.#rowsWritten += rowsWritten
        return {
          toArray: () => rows,
          rowsRead,
          rowsWritten,
          [Symbol.iterator]: () => rows[Symbol.iterator](),
        }
      },
    }
  }
}

/** Without a projector: its cursor is a row for each batch, not for each bid. */
function describeDeps(): RoomDeps {
  return {
    clock: () => Date.now(),
    log: createLogger('error'),
    people: { enterRoom: async () => ({ suspended: false, revision: 0 }) },
    project: async () => ({ retryInMs: null }),
    imageUrl: async () => null,
    metrics: {
      ...new IsolateMetrics().instruments,
      reportSockets: () => undefined,
      flushIfDue: () => undefined,
    },
    settings: { RATE_LIMITS: 'off' },
  }
}

const VEHICLE: VehicleSummary = {
  id: 1,
  sellerId: SELLER_ID,
  vin: '1HGCM82633A004352',
  year: 2003,
  make: 'Honda',
  model: 'Accord',
  trim: 'EX',
  mileage: 90_000,
  condition: 'runs_drives',
  titleType: 'clean',
  startingPrice: cents(100),
  buyNowPrice: null,
  locationCity: 'Dallas',
  locationState: 'TX',
  primaryImageKey: null,
  createdAt: 0,
}

function describeTerms(): AuctionTerms {
  const now = Date.now()
  return {
    auctionId: 1,
    sellerId: SELLER_ID,
    sellerProfileId: null,
    saleType: 'reserve',
    startingPrice: cents(100),
    reservePrice: null,
    buyNowPrice: null,
    increments: [{ from: cents(0), step: STEP }],
    softClose: DEFAULT_SOFT_CLOSE,
    belowReserve: 'proxy',
    startsAt: now,
    endsAt: now + HOUR_MS,
  }
}

export default {
  fetch: (request, env) =>
    new URL(request.url).pathname === '/health'
      ? new Response('healthy')
      : env.ROOM.getByName(new URL(request.url).searchParams.get('offer') ?? '').fetch(request),
} satisfies ExportedHandler<Bindings>
