import { relations, sql } from 'drizzle-orm'
import { boolean, index, int, mysqlTable, smallint, text, uniqueIndex, varchar } from 'drizzle-orm/mysql-core'
import type {
  DocumentType,
  DocumentVisibility,
  OdometerStatus,
  VehicleCondition,
  VehicleStatus,
  VehicleTitleType,
} from '../../vehicles/vehicle.ts'
import { asciiKey, cents, id, instant, jsonDocument, reference } from './columns.ts'
import { users } from './users.ts'

export const vehicles = mysqlTable(
  'vehicles',
  {
    id: id(),
    seller_id: reference().notNull(),
    status: asciiKey({ length: 16 }).$type<VehicleStatus>().notNull().default('draft'),
    vin: asciiKey({ length: 17 }).notNull(),
    /** The VIN while the listing is live, else null: one live listing a VIN. Set and cleared by the status transition. */
    live_vin: asciiKey({ length: 17 }),
    year: smallint(),
    make: varchar({ length: 64 }),
    model: varchar({ length: 64 }),
    trim: varchar({ length: 64 }),
    body_type: varchar({ length: 64 }),
    engine: varchar({ length: 100 }),
    transmission: varchar({ length: 64 }),
    drivetrain: varchar({ length: 32 }),
    fuel_type: varchar({ length: 32 }),
    exterior_color: varchar({ length: 32 }),
    interior_color: varchar({ length: 32 }),
    mileage: int(),
    condition: asciiKey({ length: 16 }).$type<VehicleCondition>(),
    title_type: asciiKey({ length: 24 }).$type<VehicleTitleType>(),
    title_state: varchar({ length: 32 }),
    /** The seller does not have the title at hand: its buyer waits longer for it (M10). */
    title_absent: boolean(),
    odometer_status: asciiKey({ length: 16 }).$type<OdometerStatus>(),
    /** Tenths: 1.0–5.0 is kept as 10–50. */
    condition_grade_tenths: smallint(),
    has_keys: boolean(),
    description: text(),
    starting_price_cents: cents(),
    reserve_price_cents: cents(),
    buy_now_price_cents: cents(),
    location_address: varchar({ length: 200 }),
    location_city: varchar({ length: 100 }),
    location_state: varchar({ length: 50 }),
    location_zip: varchar({ length: 20 }),
    review_reason: varchar({ length: 500 }),
    /** Where make, model or year are not those of the VIN, in sentences; null where nobody has looked. */
    vin_warnings: jsonDocument<string[]>(),
    /** When saved searches are to be matched with it, since it became active; null once that is done. */
    next_attempt_at: instant(),
    created_at: instant().notNull(),
    updated_at: instant().notNull(),
    /** In the public list. Stored, because the engine does not look into an index over a virtual column. */
    is_listed: boolean().generatedAlwaysAs(sql`(status in ('active', 'in_auction'))`, { mode: 'stored' }),
    /** Unknown mileage comes last, and is in no list with a largest one. */
    mileage_key: int().generatedAlwaysAs(sql`(coalesce(mileage, 2147483647))`, { mode: 'stored' }),
  },
  (t) => {
    // Each order of the list has one index that holds every filter as well: the engine skips inside it
    // what does not match, so that a request reads the rows that it shows, whatever filters come together.
    const filters = [
      t.year,
      t.make,
      t.model,
      t.trim,
      t.vin,
      t.body_type,
      t.title_type,
      t.condition,
      t.location_state,
      t.seller_id,
      t.status,
    ] as const
    return [
      uniqueIndex('vehicles_live_vin').on(t.live_vin),
      index('vehicles_next_attempt').on(t.next_attempt_at),
      index('vehicles_seller').on(
        t.seller_id,
        sql`id desc`,
        ...filters.filter((column) => column !== t.seller_id),
        t.starting_price_cents,
        t.mileage_key,
      ),
      index('vehicles_newest').on(
        t.is_listed,
        sql`id desc`,
        ...filters,
        t.starting_price_cents,
        t.mileage_key,
      ),
      index('vehicles_price_asc').on(t.is_listed, t.starting_price_cents, t.id, ...filters, t.mileage_key),
      index('vehicles_price_desc').on(
        t.is_listed,
        sql`starting_price_cents desc`,
        sql`id desc`,
        ...filters,
        t.mileage_key,
      ),
      index('vehicles_year_desc').on(
        t.is_listed,
        sql`year desc`,
        sql`id desc`,
        ...filters.slice(1),
        t.starting_price_cents,
        t.mileage_key,
      ),
      index('vehicles_mileage_asc').on(t.is_listed, t.mileage_key, t.id, ...filters, t.starting_price_cents),
    ]
  },
)

export const vehicle_images = mysqlTable(
  'vehicle_images',
  {
    id: id(),
    vehicle_id: reference().notNull(),
    s3_key: asciiKey({ length: 255 }).notNull(),
    content_type: asciiKey({ length: 64 }).notNull(),
    size_bytes: int().notNull(),
    caption: varchar({ length: 200 }),
    is_primary: boolean().notNull().default(false),
    sort_order: int().notNull(),
    created_at: instant().notNull(),
  },
  (t) => [
    uniqueIndex('vehicle_images_s3_key').on(t.s3_key),
    index('vehicle_images_vehicle').on(t.vehicle_id, t.sort_order),
    index('vehicle_images_primary').on(t.vehicle_id, t.is_primary),
  ],
)

export const vehicle_documents = mysqlTable(
  'vehicle_documents',
  {
    id: id(),
    vehicle_id: reference().notNull(),
    s3_key: asciiKey({ length: 255 }).notNull(),
    filename: varchar({ length: 255 }).notNull(),
    size_bytes: int().notNull(),
    doc_type: asciiKey({ length: 16 }).$type<DocumentType>().notNull(),
    visibility: asciiKey({ length: 8 }).$type<DocumentVisibility>().notNull(),
    created_at: instant().notNull(),
  },
  (t) => [
    uniqueIndex('vehicle_documents_s3_key').on(t.s3_key),
    index('vehicle_documents_vehicle').on(t.vehicle_id),
  ],
)

export const vehiclesRelations = relations(vehicles, ({ many, one }) => ({
  seller: one(users, { fields: [vehicles.seller_id], references: [users.id] }),
  images: many(vehicle_images),
  documents: many(vehicle_documents),
}))
export const vehicleImagesRelations = relations(vehicle_images, ({ one }) => ({
  vehicle: one(vehicles, { fields: [vehicle_images.vehicle_id], references: [vehicles.id] }),
}))
export const vehicleDocumentsRelations = relations(vehicle_documents, ({ one }) => ({
  vehicle: one(vehicles, { fields: [vehicle_documents.vehicle_id], references: [vehicles.id] }),
}))
