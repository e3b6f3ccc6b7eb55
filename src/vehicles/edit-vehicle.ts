import { eq } from 'drizzle-orm'
import type { Transaction } from '../db/client.ts'
import { vehicles } from '../db/schema/vehicles.ts'
import type { SignedIn } from '../platform/actor.ts'
import { AppError } from '../platform/errors.ts'
import type { ListingFields } from './body-schemas.ts'
import type { IsDisclosed, VehicleContext } from './context.ts'
import { namingDuplicate, toColumns } from './create-vehicle.ts'
import { readVin, warnOfListing } from './decode-vin.ts'
import {
  findPrimaryImageKey,
  lockVehicle,
  requireOwner,
  summarize,
  type VehicleRow,
  vehicleMissing,
} from './find-vehicle.ts'
import { differences, recordEdit } from './record-edit.ts'
import type { Vehicle } from './schemas.ts'
import { showVehicle } from './show-vehicle.ts'
import {
  DISCLOSURE_FIELDS,
  type DisclosureChange,
  LIVE_STATUSES,
  liveVin,
  lockedFields,
  mayEditFiles,
  OFFERED_COLUMNS,
  REQUIRED_TO_SUBMIT,
  VEHICLE_STATUS,
} from './vehicle.ts'
import type { OfflineVin } from './vin/decode.ts'

/** Names on the wire of what a listing must have. */
const WIRE_NAMES: Record<(typeof REQUIRED_TO_SUBMIT)[number], string> = {
  year: 'year',
  make: 'make',
  model: 'model',
  starting_price_cents: 'starting_price',
}

/** @throws AppError `validation_failed` naming what is missing of that which every live listing has */
export function requireComplete(row: VehicleRow): void {
  const missing = REQUIRED_TO_SUBMIT.filter((column) => row[column] === null).map(
    (column) => WIRE_NAMES[column],
  )
  if (missing.length === 0) return
  throw new AppError('validation_failed', `Missing: ${missing.join(', ')}`, {
    details: missing.map((path) => ({ path, message: 'Must be there before the listing goes live' })),
  })
}

/** @throws AppError `wrong_status` where a field of the change is locked in this status */
function requireEditable(row: VehicleRow, change: ListingFields): void {
  const nothingAtAll = row.status === VEHICLE_STATUS.sold || row.status === VEHICLE_STATUS.archived
  // Forms send what stays as it is, too.
  const changed = differences(row, applyChange(row, change)).map(({ name }) => name)
  const locked = lockedFields(row.status, changed)
  if (nothingAtAll) throw new AppError('wrong_status', `A vehicle that is ${row.status} cannot be changed`)
  if (locked.length > 0)
    throw new AppError('wrong_status', `Cannot be changed while ${row.status}: ${locked.join(', ')}`)
}

/** @throws AppError `wrong_status` where images and documents are settled */
export function requireOpenForFiles(row: VehicleRow): void {
  if (!mayEditFiles(row.status))
    throw new AppError('wrong_status', `A vehicle that is ${row.status} cannot be changed`)
}

/** The row as the change leaves it. */
function applyChange(row: VehicleRow, change: ListingFields): VehicleRow {
  return merge<VehicleRow>(row, toColumns(change))
}

function merge<Row extends object>(row: Row, change: { [Key in keyof Row]?: Row[Key] | undefined }): Row {
  const merged = { ...row }
  for (const key in change) {
    const value = change[key]
    if (value !== undefined) merged[key] = value
  }
  return merged
}

/** M12's fields that differ, by their names on the wire. */
function disclosureChanges(before: VehicleRow, after: VehicleRow): DisclosureChange[] {
  const disclosed = (row: VehicleRow, field: (typeof DISCLOSURE_FIELDS)[number]): string | number | null => {
    if (field !== 'condition_grade') return row[field]
    return row.condition_grade_tenths === null ? null : row.condition_grade_tenths / 10
  }
  return DISCLOSURE_FIELDS.flatMap((field) => {
    const change = { field, before: disclosed(before, field), after: disclosed(after, field) }
    return change.before === change.after ? [] : [change]
  })
}

/** What of M12 an auction was told, and whether it has written that itself by now; null where it never will. */
interface Told {
  changes: DisclosureChange[]
  isDisclosed: IsDisclosed | null
}

/**
 * The change as far as it is to be written here: of M12's fields those that the auction was told of, as long as it has
 * not written them itself. Of two who change one at once it knows who came last, and who leaves one as it was has
 * perhaps not seen what it is now.
 */
async function leaveToAuction(tx: Transaction, change: ListingFields, told: Told): Promise<ListingFields> {
  const isWritten = told.isDisclosed !== null && (await told.isDisclosed(tx))
  const rest = { ...change }
  for (const field of DISCLOSURE_FIELDS) {
    if (isWritten || told.changes.every((changed) => changed.field !== field)) rest[field] = undefined
  }
  return rest
}

/**
 * Changes the fields that are there; null clears one.
 * @throws AppError `forbidden`, `not_found`, `wrong_status`, `duplicate_vin`, `validation_failed` where a live
 * listing would lack what it must have, and the refusal of the auction that the vehicle is in (M12)
 */
export async function editVehicle(
  ctx: VehicleContext & SignedIn,
  id: number,
  change: ListingFields,
): Promise<Vehicle> {
  const seen = await requireOwner(ctx.db, id, ctx.actor, 'owner or admin')
  requireEditable(seen, change)
  if (Object.values(change).every((value) => value === undefined)) return await showVehicle(ctx, seen)
  const told = seen.status === VEHICLE_STATUS.inAuction ? await tellAuction(ctx, seen, change) : null
  const meant = applyChange(seen, change)
  const decoded = isAboutVin(change) ? await readVin(ctx, meant.vin, meant.year) : null
  let voided: number[] = []
  try {
    await ctx.db.transaction(async (tx) => {
      await writeChange(tx, ctx, seen, change, { told, decoded })
      if (isAnotherOffer(seen, change))
        voided = await ctx.onVehicleDescribed(tx, { vehicleId: id, at: new Date(ctx.now) })
    })
  } catch (error) {
    throw namingDuplicate(error)
  }
  ctx.announce(voided)
  return await showVehicle(ctx, await requireOwner(ctx.db, id, ctx.actor, 'owner or admin'))
}

/** Whether what is negotiated about an active vehicle would be about another one. */
function isAnotherOffer(seen: VehicleRow, change: ListingFields): boolean {
  if (seen.status !== VEHICLE_STATUS.active) return false
  const after = applyChange(seen, change)
  return OFFERED_COLUMNS.some((column) => after[column] !== seen[column])
}

/** Whether the change may make a listing agree with its VIN, or disagree. */
const isAboutVin = ({ vin, year, make, model }: ListingFields): boolean =>
  [vin, year, make, model].some((value) => value !== undefined)

/** The auction is the truth on whether there are bids, so it is asked before MySQL is written. */
async function tellAuction(ctx: VehicleContext, row: VehicleRow, change: ListingFields): Promise<Told> {
  const after = applyChange(row, change)
  const changes = disclosureChanges(row, after)
  if (changes.length === 0) return { changes, isDisclosed: null }
  const summary = summarize(after, await findPrimaryImageKey(ctx.db, row.id))
  return { changes, isDisclosed: await ctx.changeInAuction(ctx, summary, changes) }
}

/** Judged again under the lock: between the first look and now an auction may have begun or ended. */
async function writeChange(
  tx: Transaction,
  ctx: VehicleContext & SignedIn,
  seen: VehicleRow,
  asked: ListingFields,
  { told, decoded }: { told: Told | null; decoded: OfflineVin | null },
): Promise<void> {
  const change = told === null ? asked : await leaveToAuction(tx, asked, told)
  const row = await lockVehicle(tx, seen.id)
  if (!row) throw vehicleMissing()
  if (row.status !== seen.status) throw new AppError('wrong_status', `The vehicle is ${row.status} now`)
  const after = applyChange(row, change)
  if (LIVE_STATUSES.includes(row.status)) requireComplete(after)
  // Somebody else may have changed the VIN or the year since they were read.
  const meant = applyChange(seen, asked)
  const isStillMeant = after.vin === meant.vin && after.year === meant.year
  const ofVin = decoded && !isStillMeant ? await readVin(ctx, after.vin, after.year) : decoded
  await tx
    .update(vehicles)
    .set({
      ...toColumns(change),
      live_vin: liveVin(row.status, after.vin),
      ...(ofVin && { vin_warnings: warnOfListing(after, ofVin) }),
      updated_at: new Date(ctx.now),
    })
    .where(eq(vehicles.id, row.id))
  // What a room was told is in the log already.
  const recorded = told !== null && told.isDisclosed !== null ? told.changes : []
  const changed = differences(row, after).filter(({ name }) => recorded.every(({ field }) => field !== name))
  await recordEdit(tx, ctx, {
    vehicleId: row.id,
    action: 'edited',
    before: Object.fromEntries(changed.map(({ name, before }) => [name, before])),
    after: Object.fromEntries(changed.map(({ name, after: value }) => [name, value])),
  })
}
