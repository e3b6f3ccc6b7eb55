import { setTimeout as sleep } from 'node:timers/promises'
import { bidHistorySchema } from '../../../src/auctions/schemas.ts'
import { centsToDollars } from '../../../src/lib/money.ts'
import { type Api, codeOf, LostAnswer, mustAskAgain, type Reply, type Request } from '../clients/api.ts'
import type { Bidder } from '../clients/bidder.ts'
import type { Person } from '../clients/person.ts'
import type { Lot } from '../lots.ts'
import type { Random } from '../random.ts'
import { tellOfDeletion } from './clerk-message.ts'
import type { Move, MoveBook, MoveKind } from './moves.ts'

/** Longer than any run breaks things at a stretch. */
const PATIENCE_MS = 600_000
const CALL_TIMEOUT_MS = 6_000
const AGAIN_AFTER_MS = 300
const REFUSED_FROM = 400
const NEWEST = 10

/** Asks for what sellers and admins may ask for, again and again until there is an answer. */
export class Mover {
  readonly book: MoveBook
  readonly #admin: Person
  readonly #sellerOf: (lot: Lot) => Person
  readonly #random: Random

  constructor(parts: { book: MoveBook; admin: Person; sellerOf: (lot: Lot) => Person; random: Random }) {
    this.book = parts.book
    this.#admin = parts.admin
    this.#sellerOf = parts.sellerOf
    this.#random = parts.random
  }

  /** R11, R17 and what is edited while scheduled: the seller's. */
  asSeller(lot: Lot, what: Extract<MoveKind, { kind: 'lower reserve' | 'edit' | 'cancel' }>): Promise<Move> {
    return this.#make(this.#sellerOf(lot), this.book.add(lot.auctionId, what), requestOfSeller(lot, what))
  }

  /** R17. */
  cancel({ auctionId }: Lot, reason: string): Promise<Move> {
    const move = this.book.add(auctionId, { kind: 'cancel', by: 'admin', reason })
    return this.#make(this.#admin, move, {
      method: 'POST',
      path: `/api/auctions/${auctionId}/cancel`,
      body: { reason },
    })
  }

  /** R20: one of the newest bids that stand. @returns null where there is none */
  async voidOne({ auctionId }: Lot, reason: string): Promise<Move | null> {
    const path = `/api/auctions/${auctionId}/bids`
    const reply = await this.#ask(this.#admin, { method: 'GET', path: `${path}?per_page=${NEWEST}` })
    const standing = bidHistorySchema.parse(reply.body).bids.filter(({ voided }) => !voided)
    if (standing.length === 0) return null
    const bidId = this.#random.pick(standing).id
    const move = this.book.add(auctionId, { kind: 'void', bidId, reason })
    return this.#make(this.#admin, move, { method: 'POST', path: `${path}/${bidId}/void`, body: { reason } })
  }

  /** M12. */
  disclose({ auctionId, vehicleId }: Lot, mileage: { before: number; after: number }): Promise<Move> {
    const move = this.book.add(auctionId, { kind: 'disclose', change: { field: 'mileage', ...mileage } })
    return this.#make(this.#admin, move, {
      method: 'PATCH',
      path: `/api/vehicles/${vehicleId}`,
      body: { mileage: mileage.after },
    })
  }

  /** Clerk says that a bidder is gone, which suspends them for good (R18). */
  async suspend({ person }: Bidder, lots: readonly Lot[], dataDir: string): Promise<void> {
    const auctionIds = lots.map(({ auctionId }) => auctionId)
    this.book.suspensions.push({ userId: person.userId, auctionIds })
    const told = await this.#ask(person.api, tellOfDeletion(person.clerkUserId, dataDir))
    if (told.status >= REFUSED_FROM) throw new Error(`Clerk's message was answered ${told.status}`)
  }

  async #make(person: Person, move: Move, request: Request): Promise<Move> {
    const reply = await this.#ask(person, request, move)
    move.answer = reply.status < REFUSED_FROM ? 'done' : codeOf(reply)
    move.answeredAt = Date.now()
    return move
  }

  /** @throws LostAnswer where nobody answers for long */
  async #ask(by: Api | Person, request: Request, move?: Move): Promise<Reply> {
    const deadline = Date.now() + PATIENCE_MS
    for (;;) {
      try {
        const reply = await by.call({ timeoutMs: CALL_TIMEOUT_MS, ...request })
        if (!mustAskAgain(reply)) return reply
      } catch (error) {
        if (!(error instanceof LostAnswer) || Date.now() > deadline) throw error
      }
      if (Date.now() > deadline) throw new LostAnswer(`${request.method} ${request.path}: no answer`)
      if (move !== undefined) move.lost += 1
      await sleep(AGAIN_AFTER_MS)
    }
  }
}

function requestOfSeller({ auctionId }: Lot, what: MoveKind): Request {
  const path = `/api/auctions/${auctionId}`
  if (what.kind === 'cancel') return { method: 'POST', path: `${path}/cancel`, body: { reason: what.reason } }
  if (what.kind === 'edit') {
    return { method: 'PATCH', path, body: { starting_price: centsToDollars(what.startingPrice) } }
  }
  if (what.kind !== 'lower reserve') throw new Error(`No seller may ${what.kind}`)
  const reserve = what.reservePrice
  return { method: 'PATCH', path, body: { reserve_price: reserve === null ? null : centsToDollars(reserve) } }
}
