import * as z from 'zod'
import { dollars, dollarsOrZero } from '../lib/money.ts'
import { pageFields, pageQuery } from '../lib/pagination.ts'
import { filter, idText, price, wholeNumber, word } from '../lib/query-filters.ts'
import { isoTime } from '../lib/time.ts'
import {
  DOCUMENT_TYPES,
  DOCUMENT_VISIBILITIES,
  ODOMETER_STATUSES,
  VEHICLE_CONDITIONS,
  VEHICLE_STATUSES,
  VEHICLE_TITLE_TYPES,
} from './vehicle.ts'

const text = z.string().nullable()

/** 1.0–5.0 on the wire, tenths inside. */
export const grade = z.codec(z.number().min(1).max(5).meta({ multipleOf: 0.1 }), z.int().min(10).max(50), {
  decode: (value, context) => {
    const tenths = Math.round(value * 10)
    if (tenths / 10 === value) return tenths
    context.issues.push({ code: 'custom', input: value, message: 'Must have at most one decimal' })
    return z.NEVER
  },
  encode: (tenths) => tenths / 10,
})

/** The auction that a vehicle is in, or was sold in, as it is shown with the vehicle. */
export const vehicleAuctionSchema = z.object({
  id: z.int(),
  status: z.string(),
  current_bid: dollarsOrZero,
  bid_count: z.int(),
  ends_at: isoTime,
  /** Whole seconds. */
  time_remaining: z.int(),
})
export type VehicleAuction = z.output<typeof vehicleAuctionSchema>

export const listedVehicleSchema = z.object({
  id: z.int(),
  vin: z.string(),
  year: z.int().nullable(),
  make: text,
  model: text,
  trim: text,
  mileage: z.int().nullable(),
  condition: z.enum(VEHICLE_CONDITIONS).nullable(),
  title_type: z.enum(VEHICLE_TITLE_TYPES).nullable(),
  starting_price: dollars.nullable(),
  buy_now_price: dollars.nullable(),
  location_city: text,
  location_state: text,
  primary_image_url: text,
  status: z.enum(VEHICLE_STATUSES),
  seller_id: z.int(),
  auction: vehicleAuctionSchema.nullable(),
  created_at: isoTime,
})
export type ListedVehicle = z.output<typeof listedVehicleSchema>

export const vehiclePageSchema = z.object({ vehicles: z.array(listedVehicleSchema), ...pageFields })
export type VehiclePage = z.output<typeof vehiclePageSchema>

export const adminListingPageSchema = z.object({
  vehicles: z.array(
    listedVehicleSchema.extend({
      /** Where make, model or year are not those of the VIN; null where they were not compared. */
      vin_warnings: z.array(z.string()).nullable(),
    }),
  ),
  ...pageFields,
})
export type AdminListingPage = z.output<typeof adminListingPageSchema>

export const sellerPageSchema = z.object({
  id: z.int(),
  /** What `seller_id` of a vehicle names; `GET /api/vehicles?seller_id=` has the rest of the listings. */
  user_id: z.int(),
  business_name: z.string(),
  dealer_license: z.string().nullable(),
  member_since: isoTime,
  completed_sales: z.int(),
  listing_count: z.int(),
  listings: z.array(listedVehicleSchema),
})
export type SellerPage = z.output<typeof sellerPageSchema>

export const imageSchema = z.object({
  id: z.int(),
  url: text,
  is_primary: z.boolean(),
  caption: text,
  sort_order: z.int(),
})
export type VehicleImage = z.output<typeof imageSchema>

export const documentSchema = z.object({
  id: z.int(),
  url: text,
  doc_type: z.enum(DOCUMENT_TYPES),
  filename: z.string(),
  visibility: z.enum(DOCUMENT_VISIBILITIES),
  created_at: isoTime,
})
export type VehicleDocument = z.output<typeof documentSchema>

export const vehicleSchema = listedVehicleSchema.extend({
  body_type: text,
  engine: text,
  transmission: text,
  drivetrain: text,
  fuel_type: text,
  exterior_color: text,
  interior_color: text,
  title_state: text,
  /** The seller does not have the title at hand. */
  title_absent: z.boolean().nullable(),
  odometer_status: z.enum(ODOMETER_STATUSES).nullable(),
  condition_grade: grade.nullable(),
  has_keys: z.boolean().nullable(),
  description: text,
  /** Null but for the owner and admins. */
  reserve_price: dollars.nullable(),
  location: z.object({ address: text, city: text, state: text, zip: text }),
  images: z.array(imageSchema),
  documents: z.array(documentSchema),
  seller: z.object({ id: z.int(), display_name: z.string(), seller_profile_id: z.int().nullable() }),
  /** Why it was rejected; null but for the owner and admins. */
  review_reason: text,
  /** Where make, model or year are not those of the VIN; null but for the owner and admins. */
  vin_warnings: z.array(z.string()).nullable().default(null),
  updated_at: isoTime,
})
export type Vehicle = z.output<typeof vehicleSchema>

export const vehicleMadeSchema = z.object({
  message: z.string(),
  vehicle_id: z.int(),
  vin: z.string(),
  /** Where make, model or year are not those of the VIN. */
  warnings: z.array(z.string()).default([]),
  vehicle: vehicleSchema,
})
export const vehicleChangedSchema = z.object({
  message: z.string(),
  vehicle_id: z.int(),
  vehicle: vehicleSchema,
})
export const statusChangedSchema = z.object({
  message: z.string(),
  status: z.enum(VEHICLE_STATUSES),
  vehicle: vehicleSchema,
})
export const messageSchema = z.object({ message: z.string() })

export const VEHICLE_SORTS = ['newest', 'price_asc', 'price_desc', 'year_desc', 'mileage_asc'] as const
export type VehicleSort = (typeof VEHICLE_SORTS)[number]

const vehicleFilters = {
  make: filter(word),
  model: filter(word),
  year_min: filter(wholeNumber),
  year_max: filter(wholeNumber),
  min_price: filter(price),
  max_price: filter(price),
  /** What clients of the replaced backend call `max_price`. */
  price_max: filter(price),
  mileage_max: filter(wholeNumber),
  body_type: filter(word),
  title_type: filter(z.enum(VEHICLE_TITLE_TYPES)),
  condition: filter(z.enum(VEHICLE_CONDITIONS)),
  state: filter(word),
  q: filter(z.string().trim().max(100)),
}

export const vehicleListQuery = z.object({
  ...vehicleFilters,
  status: filter(z.enum(VEHICLE_STATUSES)),
  seller_id: filter(z.union([z.literal('me'), idText])),
  sort: filter(z.enum(VEHICLE_SORTS)),
  ...pageQuery(),
})
export type VehicleListQuery = z.output<typeof vehicleListQuery>

/** Of the list's filters, those that a saved search keeps: what the vehicle itself is. */
export const savedFiltersQuery = z.object({ ...vehicleFilters, seller_id: filter(idText) })
export type SavedFilters = z.output<typeof savedFiltersQuery>
