import { z } from 'zod'
import { checkDigit } from '../../../src/vehicles/vin.ts'
import type { Lot, LotKind } from '../lots.ts'
import { codeOf, type Reply, type Request } from './api.ts'
import type { Person } from './person.ts'

/** Longer than any run breaks things at a stretch: nothing that was begun is given up. */
const PATIENCE_MS = 600_000
const CALL_TIMEOUT_MS = 15_000
const CREATED = 201
export const MILEAGE = 41_200
/** The stack's `AUCTION_MIN_SECONDS`, and what an answer may take. */
const SPAN_MIN_MS = 8_000
const vehicleMade = z.object({ vehicle_id: z.number() })
const auctionMade = z.object({ auction_id: z.number() })

/** A VIN whose serial number is `serial`, with the check digit of 49 CFR 565. */
function makeVin(serial: number): string {
  const withoutDigit = `1HGCV1F30MA${String(serial).padStart(6, '0')}`
  return `${withoutDigit.slice(0, 8)}${checkDigit(withoutDigit)}${withoutDigit.slice(9)}`
}

export interface Span {
  readonly durationMs: number
  /** Epoch milliseconds. */
  readonly latestEndAt: number
}

/** Lists vehicles and puts them up for auction, asking again under the same key until there is an answer. */
export class Seller {
  readonly person: Person

  constructor(person: Person) {
    this.person = person
  }

  /** An active vehicle. @returns its id */
  async list(serial: number, kind: LotKind): Promise<number> {
    const body = {
      vin: makeVin(serial),
      year: 2021,
      make: 'Honda',
      model: 'Accord',
      mileage: MILEAGE,
      condition: 'runs_drives',
      title_type: 'clean',
      starting_price: kind.startingPrice,
    }
    const { vehicle_id } = vehicleMade.parse(
      (await this.#create('/api/vehicles', body, `vehicle-${serial}`)).body,
    )
    const submitted = await this.#insist({ method: 'POST', path: `/api/vehicles/${vehicle_id}/submit` })
    // Where the answer was lost, the vehicle is active already.
    if (submitted.status !== 200 && codeOf(submitted) !== 'wrong_status')
      throw unexpected('submit', submitted)
    return vehicle_id
  }

  /**
   * An auction of the vehicle that ends `durationMs` after it has opened, and by `latestEndAt` where it took long to
   * get so far and that leaves it any time.
   */
  async open(
    vehicleId: number,
    serial: number,
    kind: LotKind,
    { durationMs, latestEndAt }: Span,
  ): Promise<Lot> {
    const lasting = (startsAt: number) => Math.max(SPAN_MIN_MS, Math.min(durationMs, latestEndAt - startsAt))
    for (let attempt = 1; ; attempt++) {
      const startsAt = Date.now() + kind.startsInMs
      const body = {
        vehicle_id: vehicleId,
        starting_price: kind.startingPrice,
        ...(kind.startsInMs > 0 ? { starts_at: new Date(startsAt).toISOString() } : {}),
        ends_at: new Date(startsAt + lasting(startsAt)).toISOString(),
        ...(kind.buyNowPrice === null ? {} : { buy_now_price: kind.buyNowPrice }),
        ...kind.terms,
      }
      const reply = await this.#insist({
        method: 'POST',
        path: '/api/auctions',
        body,
        key: `auction-${serial}-${attempt}`,
      })
      if (reply.status === CREATED) {
        const { auction_id: auctionId } = auctionMade.parse(reply.body)
        return { auctionId, vehicleId, sellerId: this.person.userId, kind }
      }
      // The answer was so long in coming that the end had passed: nothing was made, and the times are said anew.
      if (codeOf(reply) !== 'validation_failed' || attempt === 5) throw unexpected('auction', reply)
    }
  }

  async #create(path: string, body: object, key: string): Promise<Reply> {
    const reply = await this.#insist({ method: 'POST', path, body, key })
    if (reply.status !== CREATED) throw unexpected(path, reply)
    return reply
  }

  #insist(request: Request): Promise<Reply> {
    return this.person.insist({ timeoutMs: CALL_TIMEOUT_MS, ...request }, Date.now() + PATIENCE_MS)
  }
}

const unexpected = (what: string, { status, body }: Reply): Error =>
  new Error(`${what}: ${status} ${JSON.stringify(body)}`)
