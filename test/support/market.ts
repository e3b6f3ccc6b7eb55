/** Vehicles and auctions to test with, made through the API like everybody's. */
import type { z } from 'zod'
import { auctionMadeSchema } from '../../src/auctions/schemas.ts'
import { LIVE_STATUSES, type VehicleStatus } from '../../src/vehicles/vehicle.ts'
import { checkDigit } from '../../src/vehicles/vin.ts'
import { api } from './api.ts'
import { query } from './database.ts'
import type { Person } from './people.ts'

export type Auction = z.input<typeof auctionMadeSchema>['auction']

const VIN_START = '1HGCM826'
const VIN_SERIAL = '3A'
let made = 0

/** A VIN with a right check digit, a new one at each call in a test file. */
export function makeVin(): string {
  made += 1
  const serial = VIN_SERIAL + String(made).padStart(6, '0')
  return `${VIN_START}${checkDigit(`${VIN_START}0${serial}`)}${serial}`
}

/** A VIN that tells nothing, a new one at each call in a test file: what a listing lacks is not filled in. */
export function makeSilentVin(): string {
  made += 1
  return `XXXZZZ1KZZW${String(made).padStart(6, '0')}`
}

/** Lists a vehicle and leaves it a draft; gives its id. `overrides` are fields of `POST /api/vehicles`. */
export async function createDraftVehicle(seller: Person, overrides: object = {}): Promise<number> {
  const response = await api('POST', '/api/vehicles', {
    as: seller,
    body: {
      vin: makeVin(),
      year: 2003,
      make: 'Honda',
      model: 'Accord',
      trim: 'EX',
      mileage: 90_000,
      condition: 'runs_drives',
      title_type: 'clean',
      starting_price: 1000,
      location_city: 'Dallas',
      location_state: 'TX',
      ...overrides,
    },
  })
  return response.expect(201).int('vehicle_id')
}

/** Lists and submits a vehicle; gives its id. */
export async function createActiveVehicle(seller: Person, overrides: object = {}): Promise<number> {
  const vehicleId = await createDraftVehicle(seller, overrides)
  const response = await api('POST', `/api/vehicles/${vehicleId}/submit`, { as: seller })
  response.expect(200)
  return vehicleId
}

/** A vehicle in any status, put there by hand where no call leads; gives its id. */
export async function createVehicleIn(status: VehicleStatus, seller: Person): Promise<number> {
  const id = await createActiveVehicle(seller)
  await query('UPDATE vehicles SET status = ?, live_vin = IF(?, vin, NULL) WHERE id = ?', [
    status,
    LIVE_STATUSES.includes(status),
    id,
  ])
  return id
}

/**
 * Opens an auction, of a new vehicle of the seller's unless `vehicle_id` is given; it ends in an hour unless told
 * otherwise. `overrides` are fields of `POST /api/auctions`.
 */
export async function createAuction(
  seller: Person,
  { vehicle_id, ...overrides }: { vehicle_id?: number } & Record<string, unknown> = {},
): Promise<Auction> {
  const response = await api('POST', '/api/auctions', {
    as: seller,
    body: {
      vehicle_id: vehicle_id ?? (await createActiveVehicle(seller)),
      ends_at: new Date(Date.now() + 3_600_000).toISOString(),
      ...overrides,
    },
  })
  return response.expect(201).as(auctionMadeSchema).auction
}
