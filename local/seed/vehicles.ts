import { z } from 'zod'
import { drawCar } from './drawing.ts'
import { DRAFT_VINS, LISTINGS, type Listing, SELLERS, type SellerKey } from './listings.ts'
import { completeVin, MODELS, type Model } from './models.ts'
import type { Person } from './person.ts'

const PAGE_SIZE = 100
const listedSchema = z.object({
  id: z.number(),
  vin: z.string(),
  status: z.string(),
  primary_image_url: z.string().nullable(),
})
const listSchema = z.object({ vehicles: z.array(listedSchema) })
const createdSchema = z.object({ vehicle_id: z.number() })
const uploadSchema = z.object({
  upload_url: z.string(),
  s3_key: z.string(),
  headers: z.record(z.string(), z.string()),
})

export interface SeedVehicle {
  vin: string
  model: Model
  listing: Listing
  isDraft: boolean
}

/** The vehicles of the seeded market, each with the listing in the same row. */
export function seedVehicles(): SeedVehicle[] {
  return MODELS.map((model, row) => {
    const listing = LISTINGS[row]
    if (!listing) throw new Error(`${model[0]} has no listing`)
    return {
      vin: completeVin(model[0]),
      model,
      listing,
      isDraft: DRAFT_VINS.some((start) => model[0].startsWith(start)),
    }
  })
}

/** Lists what this seller has not listed yet, and finishes what was left half done. Gives vehicle ids by VIN. */
export async function listVehicles(seller: Person, key: SellerKey): Promise<Map<string, number>> {
  const ids = new Map<string, number>()
  const { vehicles } = await seller.call(
    'GET',
    `/api/vehicles?seller_id=me&per_page=${PAGE_SIZE}`,
    listSchema,
  )
  const listed = new Map(vehicles.map((vehicle) => [vehicle.vin, vehicle]))
  for (const vehicle of seedVehicles().filter(({ listing }) => listing[0] === key)) {
    const known = listed.get(vehicle.vin)
    const id = known?.id ?? (await createVehicle(seller, vehicle))
    ids.set(vehicle.vin, id)
    if (known && known.status !== 'draft') continue
    if (!known?.primary_image_url) await addPicture(seller, id, vehicle)
    if (!vehicle.isDraft) await seller.call('POST', `/api/vehicles/${id}/submit`, z.unknown())
  }
  return ids
}

async function createVehicle(seller: Person, vehicle: SeedVehicle): Promise<number> {
  const created = await seller.call('POST', '/api/vehicles', createdSchema, {
    body: describeVehicle(vehicle),
    key: `seed-vehicle-${vehicle.vin}`,
  })
  return created.vehicle_id
}

/** The body of `POST /api/vehicles`; an empty text counts as not set there. */
export function describeVehicle({ vin, model, listing }: SeedVehicle): Record<string, unknown> {
  const [, year, make, name, trim, bodyType, engine, transmission, drivetrain, fuelType] = model
  const [seller, mileage, condition, title, grade, colors, start, reserve, buyNow, description] = listing
  const [exterior, interior] = colors.split('/')
  const { city, state, zip } = SELLERS[seller]
  return {
    vin,
    year,
    make,
    model: name,
    trim,
    body_type: bodyType,
    engine,
    transmission,
    drivetrain,
    fuel_type: fuelType,
    exterior_color: exterior,
    interior_color: interior,
    mileage,
    condition,
    condition_grade: grade,
    title_type: title,
    title_state: state,
    odometer_status: title === 'not_actual_mileage' ? 'not_actual' : 'actual',
    has_keys: true,
    description,
    starting_price: start || null,
    reserve_price: reserve || null,
    buy_now_price: buyNow || null,
    location_city: city,
    location_state: state,
    location_zip: zip,
  }
}

async function addPicture(seller: Person, id: number, { model, listing }: SeedVehicle): Promise<void> {
  const picture = drawCar(model[5], listing[5].split('/')[0] ?? '')
  const upload = await seller.call('POST', `/api/vehicles/${id}/upload-url`, uploadSchema, {
    body: { filename: 'side.png', content_type: 'image/png', size: picture.byteLength },
  })
  const stored = await fetch(upload.upload_url, { method: 'PUT', headers: upload.headers, body: picture })
  if (!stored.ok) throw new Error(`the storage refused a picture: ${stored.status} ${await stored.text()}`)
  await seller.call('POST', `/api/vehicles/${id}/images`, z.unknown(), {
    body: { s3_key: upload.s3_key, caption: 'Drawing: the seller has sent no photo yet' },
  })
}
