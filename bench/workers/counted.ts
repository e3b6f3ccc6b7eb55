import { DurableObject } from 'cloudflare:workers'
import { z } from 'zod'
import type { Offer } from '../../src/auctions/live/contract.ts'
import { RoomCore, type RoomDeps } from '../../src/auctions/live/core.ts'
import { cents } from '../../src/lib/money.ts'
import { createLogger } from '../../src/platform/logger.ts'
import { IsolateMetrics } from '../../src/platform/metrics/isolate.ts'
import { makeTerms, makeVehicle } from '../../test/room/arming.ts'
import { countingSql } from '../../test/room/counting-sql.ts'

interface Bindings {
  ROOM: DurableObjectNamespace<CountedRoom>
}

const STEP = cents(1)
const BIDDERS = 10
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
    const sql = countingSql(storage.sql, ({ rowsWritten }) => {
      this.#rowsWritten += rowsWritten
    })
    const room = new RoomCore<WebSocket>(describeDeps(), {
      storage: { sql, transactionSync: (work) => storage.transactionSync(work) },
      alarm: { setAlarm: () => undefined },
      armedAt: null,
      sockets: this.ctx,
      runLater: () => undefined,
      waitUntil: (work) => this.ctx.waitUntil(work),
      auctionId: 1,
    })
    const terms = makeTerms(1, { startingPrice: cents(100), increments: [{ from: cents(0), step: STEP }] })
    const armed = room.house.arm({ terms, vehicle: makeVehicle() }, 'rows')
    if (!armed.ok) throw new Error(`Not armed: ${armed.code}`)
    return room
  }
}

/** Without a projector: its cursor is a row for each batch, not for each bid. */
function describeDeps(): RoomDeps {
  return {
    clock: () => Date.now(),
    log: createLogger('error'),
    people: {
      enterRoom: async () => ({ suspended: false, revision: 0 }),
      hold: async () => true,
      reportHold: async () => true,
    },
    project: async () => ({ retryInMs: null }),
    imageUrl: async () => null,
    metrics: {
      ...new IsolateMetrics().instruments,
      reportSockets: () => undefined,
      flushIfDue: () => undefined,
    },
    settings: { RATE_LIMITS: 'off', BUYING_POWER: 'off' },
  }
}

export default {
  fetch: (request, env) =>
    new URL(request.url).pathname === '/health'
      ? new Response('healthy')
      : env.ROOM.getByName(new URL(request.url).searchParams.get('offer') ?? '').fetch(request),
} satisfies ExportedHandler<Bindings>
