import { z } from 'zod'
import { completeVin, MODELS } from '../../local/seed/models.ts'
import { Person } from '../../local/seed/person.ts'
import type { Connection } from '../load/orders.ts'

const DAY_MS = 86_400_000
const SERIAL_DIGITS = 6
/** A step of a cent keeps hundreds of thousands of bids below the largest amount there is. */
const STEP_DOLLARS = 0.01
/** Never met: then whoever leads may bid again, so that no bid is refused for who came last. */
const RESERVE_DOLLARS = 99_999_999.99

const vehicleMade = z.object({ vehicle_id: z.number() })
const auctionMade = z.object({ auction_id: z.number() })
const ticketTaken = z.object({ ticket: z.string() })

/** Of this process, whose markets all share one database: no VIN comes twice. */
let vehiclesListed = 0

/** The bench's own people and auctions, made through the public API. */
export class Market {
  readonly #url: string
  readonly #dataDir: string
  readonly #people = new Map<string, Promise<Person>>()

  constructor(url: string, dataDir: string) {
    this.#url = url
    this.#dataDir = dataDir
  }

  person(key: string): Promise<Person> {
    const known = this.#people.get(key)
    if (known !== undefined) return known
    const person = new Person(this.#url).signIn(key, ['Bench', key], this.#dataDir)
    this.#people.set(key, person)
    return person
  }

  /** An active vehicle. @returns its id */
  async listVehicle(): Promise<number> {
    const seller = await this.person('bench_seller')
    const [model = ''] = MODELS[0] ?? []
    const serial = String(++vehiclesListed).padStart(SERIAL_DIGITS, '0')
    const body = {
      vin: completeVin(model.slice(0, -SERIAL_DIGITS) + serial),
      year: 2018,
      make: 'Ford',
      model: 'F-150',
      mileage: 60_000,
      condition: 'runs_drives',
      title_type: 'clean',
      starting_price: 1,
    }
    const { vehicle_id } = await seller.call('POST', '/api/vehicles', vehicleMade, { body })
    await seller.call('POST', `/api/vehicles/${vehicle_id}/submit`, z.unknown())
    return vehicle_id
  }

  /** An auction that is open for a day. @returns its id */
  async openAuction(): Promise<number> {
    const seller = await this.person('bench_seller')
    const body = {
      vehicle_id: await this.listVehicle(),
      ends_at: new Date(Date.now() + DAY_MS).toISOString(),
      reserve_price: RESERVE_DOLLARS,
      increments: [{ from: 0, step: STEP_DOLLARS }],
      soft_close: { mode: 'off' },
    }
    return (await seller.call('POST', '/api/auctions', auctionMade, { body })).auction_id
  }

  /** How bidder `bidder` (from 0) connects. Its ticket is good for 30 s. */
  async bidderConnection(auctionId: number, auction: number, bidder: number): Promise<Connection> {
    const person = await this.person(`bench_bidder_${bidder}`)
    const { ticket } = await person.call('POST', `/api/auctions/${auctionId}/ticket`, ticketTaken)
    return {
      ...watcherConnection(auctionId, auction),
      protocols: ['auction.v1', `ticket.${ticket}`],
      isBidder: true,
    }
  }
}

/** How somebody connects who only watches. */
export const watcherConnection = (auctionId: number, auction: number): Connection => ({
  path: `/api/auctions/${auctionId}/live`,
  protocols: ['auction.v1'],
  auction,
  isBidder: false,
})

/** How anybody connects to a bare room. */
export const bareConnection = (room: string, auction: number, isBidder: boolean): Connection => ({
  path: `/rooms/${room}`,
  protocols: [],
  auction,
  isBidder,
})
