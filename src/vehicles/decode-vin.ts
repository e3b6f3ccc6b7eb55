import { describeError } from '../lib/error-text.ts'
import { AppError } from '../platform/errors.ts'
import type { VehicleContext } from './context.ts'
import { decodeOffline, type OfflineVin, UNKNOWN_MAKER } from './vin/decode.ts'
import { needsCheckDigit, normalizeVin, partialVinProblem, UNKNOWN, vinFormProblem } from './vin.ts'
import type { DecodedVin, VinBatch } from './vin-schemas.ts'

const UNREADABLE = 'The tables of makers and models cannot be read now'
/** What colours and gearboxes are: no number tells them. */
const NOT_IN_A_VIN = { transmission: null, exterior_color: null, interior_color: null } as const

/**
 * What the number itself tells, from the shard that has its maker: no database, and nobody outside.
 * Where the shard cannot be read, what is left is the year and a warning.
 * @param vin normalized and well-formed, `*` for what is not known
 */
export async function readVin(
  { findShard, log, now }: Pick<VehicleContext, 'findShard' | 'log' | 'now'>,
  vin: string,
): Promise<OfflineVin> {
  try {
    return decodeOffline(vin, await findShard(vin), now)
  } catch (error) {
    log.error('vin_shard_unreadable', { vin_start: vin.slice(0, 3), ...describeError(error) })
    const offline = decodeOffline(vin, null, now)
    const warnings = offline.warnings.filter((warning) => warning !== UNKNOWN_MAKER)
    return { ...offline, suspect_positions: [], warnings: [...warnings, UNREADABLE] }
  }
}

/** @param vin normalized and of the right form */
async function decodeNormalized(ctx: VehicleContext, vin: string): Promise<DecodedVin> {
  const { candidates, warnings, country, manufacturer, check_digit_valid, suspect_positions, ...fields } =
    await readVin(ctx, vin)
  const isWhole = !vin.includes(UNKNOWN)
  const valid = isWhole && (check_digit_valid === true || !needsCheckDigit(vin))
  const lookup = valid ? await ctx.vins.lookup(vin, (work) => ctx.waitUntil(work)) : null
  const own = { vin, valid, check_digit_valid, country, manufacturer, suspect_positions }
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

/**
 * What is known of a VIN. Check digit, maker and country come from the number itself, all else from `source`.
 * A wrong check digit where the market has one means that there is no such vehicle: no vendor is paid to say so.
 * @param options `mayBePartial`: `*` may stand for characters that are not known; `extra`: further fields of a refusal
 * @throws AppError `validation_failed` for a wrong length or a character that no VIN has
 */
export async function decodeVin(
  ctx: VehicleContext,
  text: string,
  options: { mayBePartial?: boolean; extra?: Record<string, unknown> } = {},
): Promise<DecodedVin> {
  const { mayBePartial = false, extra = {} } = options
  const vin = normalizeVin(text)
  const problem = mayBePartial ? partialVinProblem(vin) : vinFormProblem(vin)
  if (problem)
    throw new AppError('validation_failed', problem, { details: [{ path: 'vin', message: problem }], extra })
  return await decodeNormalized(ctx, vin)
}

/** Each as `decodeVin` tells it, in the order in which they came; what is no VIN is refused in its own place. */
export async function decodeVins(ctx: VehicleContext, texts: readonly string[]): Promise<VinBatch> {
  const results = texts.map(async (text): Promise<VinBatch['results'][number]> => {
    const vin = normalizeVin(text)
    const error = partialVinProblem(vin)
    return error ? { vin, valid: false, error, code: 'validation_failed' } : await decodeNormalized(ctx, vin)
  })
  return { results: await Promise.all(results) }
}
