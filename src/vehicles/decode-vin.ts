import type { VinLookup } from '../external/vin.ts'
import { describeError } from '../lib/error-text.ts'
import { AppError } from '../platform/errors.ts'
import type { VehicleContext } from './context.ts'
import { decodeOffline, type OfflineVin, UNKNOWN_MAKER } from './vin/decode.ts'
import { compareListing, type Described } from './vin/listing.ts'
import {
  hasRightCheckDigit,
  needsCheckDigit,
  normalizeVin,
  partialVinProblem,
  vinFormProblem,
} from './vin.ts'
import type { DecodedVin, VinBatch } from './vin-schemas.ts'

const UNREADABLE = 'The tables of makers and models cannot be read now'
const NOT_COMPARED = 'Not compared with the VIN: the tables of makers and models could not be read'
/** What colours and gearboxes are: no number tells them. */
const NOT_IN_A_VIN = { transmission: null, exterior_color: null, interior_color: null } as const

/**
 * What the number itself tells, from the shard that has its maker: no database, and nobody outside.
 * Where the shard cannot be read, what is left is the year and a warning.
 * @param vin normalized and well-formed, `*` for what is not known
 * @param listedYear settles which of two model years it is, where the number leaves it open
 */
export async function readVin(
  { findShard, log, now }: Pick<VehicleContext, 'findShard' | 'log' | 'now'>,
  vin: string,
  listedYear: number | null = null,
): Promise<OfflineVin> {
  try {
    return decodeOffline(vin, await findShard(vin), now, listedYear)
  } catch (error) {
    log.error('vin_shard_unreadable', { vin_start: vin.slice(0, 3), ...describeError(error) })
    const offline = decodeOffline(vin, null, now)
    const warnings = offline.warnings.filter((warning) => warning !== UNKNOWN_MAKER)
    return { ...offline, suspect_positions: [], warnings: [...warnings, UNREADABLE] }
  }
}

/** Where a listing is not what its VIN tells, as sentences; also where that cannot be known now. */
export function warnOfListing(
  listing: Pick<Described, 'year' | 'make' | 'model'>,
  vin: OfflineVin,
): string[] {
  const warnings = compareListing(listing, vin)
  return vin.warnings.includes(UNREADABLE) ? [...warnings, NOT_COMPARED] : warnings
}

/** Whether there can be a vehicle of this number. */
const canBe = (vin: string): boolean =>
  vinFormProblem(vin) === null && (hasRightCheckDigit(vin) || !needsCheckDigit(vin))

/** What the number itself tells of it, and what a vendor says where one was asked. */
function tell(vin: string, offline: OfflineVin, lookup: VinLookup | undefined): DecodedVin {
  const { candidates, warnings, country, manufacturer, check_digit_valid, suspect_positions, ...fields } =
    offline
  const own = { vin, valid: canBe(vin), check_digit_valid, country, manufacturer, suspect_positions }
  if (lookup?.answer && lookup.source) {
    const { answer, source } = lookup
    return {
      ...own,
      ...answer.fields,
      candidates: {},
      source,
      warnings: [...lookup.warnings, ...answer.warnings],
    }
  }
  return {
    ...own,
    ...NOT_IN_A_VIN,
    ...fields,
    candidates,
    source: 'offline',
    warnings: [...(lookup?.warnings ?? []), ...warnings],
  }
}

/** What vendors say of those that can be: nobody is paid to say that a number is wrong or not whole. */
function askVendors(ctx: VehicleContext, vins: readonly string[]): Promise<ReadonlyMap<string, VinLookup>> {
  const caller = { userKey: ctx.actor?.userId ?? null, address: ctx.address }
  return ctx.vins.lookup(vins.filter(canBe), {
    mayAsk: (count) => ctx.limits.allows('vin_vendor', caller, ctx, count),
    keepLater: (work) => ctx.waitUntil(work),
  })
}

/** `lookups` may still be under way: shards and vendors are asked at once, since either may be slow. */
async function decodeNormalized(
  ctx: VehicleContext,
  vin: string,
  lookups: ReturnType<typeof askVendors>,
  listedYear: number | null = null,
): Promise<DecodedVin> {
  const [offline, found] = await Promise.all([readVin(ctx, vin, listedYear), lookups])
  return tell(vin, offline, found.get(vin))
}

/**
 * What is known of a VIN. Check digit, maker and country come from the number itself, all else from `source`.
 * @param options `mayBePartial`: `*` may stand for characters that are not known; `listedYear`: as `readVin` has it;
 *   `extra`: further fields of a refusal
 * @throws AppError `validation_failed` for a wrong length or a character that no VIN has
 */
export async function decodeVin(
  ctx: VehicleContext,
  text: string,
  options: { mayBePartial?: boolean; listedYear?: number | null; extra?: Record<string, unknown> } = {},
): Promise<DecodedVin> {
  const { mayBePartial = false, listedYear = null, extra = {} } = options
  const vin = normalizeVin(text)
  const problem = mayBePartial ? partialVinProblem(vin) : vinFormProblem(vin)
  if (problem)
    throw new AppError('validation_failed', problem, { details: [{ path: 'vin', message: problem }], extra })
  return await decodeNormalized(ctx, vin, askVendors(ctx, [vin]), listedYear)
}

/** Each as `decodeVin` tells it, in the order in which they came; what is no VIN is refused in its own place. */
export async function decodeVins(ctx: VehicleContext, texts: readonly string[]): Promise<VinBatch> {
  const vins = texts.map(normalizeVin)
  const lookups = askVendors(ctx, vins)
  const results = vins.map(async (vin): Promise<VinBatch['results'][number]> => {
    const error = partialVinProblem(vin)
    if (error !== null) return { vin, valid: false, error, code: 'validation_failed' }
    return await decodeNormalized(ctx, vin, lookups)
  })
  return { results: await Promise.all(results) }
}
