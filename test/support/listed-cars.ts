/** Four public cars, and drafts: made in the database of each test file that imports this. */
import { vehiclePageSchema } from '../../src/vehicles/schemas.ts'
import { api } from './api.ts'
import { query } from './database.ts'
import { createActiveVehicle, createDraftVehicle, makeSilentVin, makeVin } from './market.ts'
import { type Person, signIn, signInAdmin } from './people.ts'

export const [seller, other, admin] = await Promise.all([signIn(), signIn(), signInAdmin()])

const CARS = {
  accord: {
    ...{ make: 'Honda', model: 'Accord', trim: 'EX', year: 2003, starting_price: 1_000, mileage: 90_000 },
    body_type: 'Sedan',
  },
  civic: {
    ...{ make: 'Honda', model: 'Civic', trim: 'Si', year: 2012, starting_price: 2_500.5, mileage: null },
    ...{ body_type: 'Coupe', condition: 'starts', title_type: 'salvage', location_state: 'MN' },
  },
  model3: {
    make: 'Tesla',
    model: 'Model 3',
    trim: '50%_off',
    year: 2019,
    starting_price: 9_000,
    mileage: 12_000,
    body_type: 'Sedan',
  },
  f150: {
    make: 'Ford',
    model: 'F-150',
    trim: "King's",
    year: 2012,
    starting_price: 2_500.5,
    mileage: 0,
    body_type: 'Pickup',
  },
} as const
type Name = keyof typeof CARS

export const VINS: Record<Name, string> = {
  accord: makeVin(),
  civic: makeVin(),
  model3: makeVin(),
  f150: makeVin(),
}
/** Which car is listed under which id. */
export const ids = new Map<number, Name>()
for (const name of ['accord', 'civic', 'model3', 'f150'] as const) {
  const owner = name === 'f150' ? other : seller
  ids.set(await createActiveVehicle(owner, { vin: VINS[name], ...CARS[name] }), name)
}
export const idOf = (wanted: Name) => [...ids].find(([, name]) => name === wanted)?.[0] ?? 0
await query(`UPDATE vehicles SET status = 'in_auction' WHERE id = ?`, [idOf('model3')])
await createDraftVehicle(seller)

/** Drafts that lack what they are ordered by, or all but that. */
export const dealer = await signIn()
for (const fields of [
  { starting_price: '', year: '', mileage: '' },
  { mileage: 0 },
  { year: '', starting_price: 5 },
  {},
]) {
  await createDraftVehicle(dealer, { vin: makeSilentVin(), ...fields })
}

export const list = (search: string, as?: Person) => api('GET', `/api/vehicles${search}`, { as })
export const page = async (search: string, as?: Person) =>
  (await list(search, as)).expect(200).as(vehiclePageSchema)
export const names = async (search: string, as?: Person) =>
  (await page(search, as)).vehicles.map(({ id }) => ids.get(id) ?? 'draft')
