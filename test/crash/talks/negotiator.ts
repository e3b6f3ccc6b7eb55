import { setTimeout as sleep } from 'node:timers/promises'
import { and, eq } from 'drizzle-orm'
import { createDatabase, type Database, isUnreachable } from '../../../src/db/client.ts'
import { auction_decisions, auctions, offers } from '../../../src/db/schema/index.ts'
import type { DecisionStage } from '../../../src/offers/decision.ts'
import { LostAnswer, mustAskAgain } from '../clients/api.ts'
import type { Person } from '../clients/person.ts'
import { type Act, type ActKind, requestOfAct, type TalkBook } from './act.ts'
import type { Appointments } from './appointments.ts'

export type DecisionRow = typeof auction_decisions.$inferSelect
export type OfferRow = typeof offers.$inferSelect

/** Longer than any run breaks things at a stretch. */
const PATIENCE_MS = 600_000
const CALL_TIMEOUT_MS = 6_000
const AGAIN_AFTER_MS = 500
const LOOK_EVERY_MS = 1_000
/** Of a database that may be hanging. */
const QUERY_TIMEOUT_MS = 30_000

export interface NegotiatorParts {
  readonly book: TalkBook
  readonly databaseUrl: string
  readonly appointments: Appointments
}

/** Asks on behalf of people until they are answered, and puts deadlines where something is away. */
export class Negotiator {
  readonly #book: TalkBook
  readonly #appointments: Appointments
  readonly #db: Database

  constructor({ book, databaseUrl, appointments }: NegotiatorParts) {
    this.#book = book
    this.#appointments = appointments
    this.#db = createDatabase(databaseUrl, { timeoutMs: QUERY_TIMEOUT_MS })
  }

  /** Under one key, again and again until there is an answer. @throws LostAnswer where nobody answers for long */
  async ask(person: Person, vehicleId: number, what: ActKind): Promise<Act> {
    const act = this.#book.add(vehicleId, person.userId, what)
    const deadline = Date.now() + PATIENCE_MS
    act.sentAt = Date.now()
    for (;;) {
      try {
        const reply = await person.call({ timeoutMs: CALL_TIMEOUT_MS, ...requestOfAct(act) })
        if (!mustAskAgain(reply)) {
          act.reply = reply
          act.answeredAt = Date.now()
          return act
        }
      } catch (error) {
        if (!(error instanceof LostAnswer)) throw error
      }
      if (Date.now() > deadline) throw new LostAnswer(`${act.name}: no answer`)
      act.lost += 1
      await sleep(AGAIN_AFTER_MS)
    }
  }

  /** What an auction's end has opened, without anybody asking the API; null where nothing is to be decided. */
  async awaitDecision(auctionId: number): Promise<DecisionRow | null> {
    for (;;) {
      const [row] = await this.#insist((db) =>
        db.select({ settledAt: auctions.settled_at }).from(auctions).where(eq(auctions.id, auctionId)),
      )
      if (row?.settledAt) break
      await sleep(LOOK_EVERY_MS)
    }
    const [decision] = await this.#insist((db) =>
      db.select().from(auction_decisions).where(eq(auction_decisions.auction_id, auctionId)),
    )
    return decision ?? null
  }

  async findOffer(offerId: number): Promise<OfferRow> {
    const [row] = await this.#insist((db) => db.select().from(offers).where(eq(offers.id, offerId)))
    if (row === undefined) throw new Error(`There is no offer ${offerId}`)
    return row
  }

  /** Puts the end of a decision's stage into the next outage. Nobody may be answering. @returns epoch milliseconds */
  async moveDecision({ auction_id, vehicle_id }: DecisionRow, stage: DecisionStage): Promise<number> {
    const at = await this.#appointments.make((deadline) =>
      this.#insist((db) =>
        db
          .update(auction_decisions)
          .set({ deadline_at: deadline, next_attempt_at: deadline })
          .where(and(eq(auction_decisions.auction_id, auction_id), eq(auction_decisions.stage, stage))),
      ),
    )
    this.#book.moved.push({ vehicleId: vehicle_id, of: { kind: 'decision', stage }, at })
    return at
  }

  /** The same of a round that stands. */
  async moveOffer(vehicleId: number, offerId: number): Promise<number> {
    const at = await this.#appointments.make((deadline) =>
      this.#insist((db) =>
        db
          .update(offers)
          .set({ expires_at: deadline, next_attempt_at: deadline })
          .where(and(eq(offers.id, offerId), eq(offers.status, 'pending'))),
      ),
    )
    this.#book.moved.push({ vehicleId, of: { kind: 'offer', id: offerId }, at })
    return at
  }

  async #insist<T>(ask: (db: Database) => Promise<T>): Promise<T> {
    for (;;) {
      try {
        return await ask(this.#db)
      } catch (error) {
        if (!isUnreachable(error)) throw error
      }
      await sleep(LOOK_EVERY_MS)
    }
  }
}
