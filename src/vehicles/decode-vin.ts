import { AppError } from '../platform/errors.ts'
import type { VehicleContext } from './context.ts'
import type { DecodedVin } from './schemas.ts'
import { decodeOffline, needsCheckDigit, normalizeVin, vinFormProblem } from './vin.ts'
import { findMaker } from './wmi.ts'

/** @throws AppError `validation_failed` for a wrong length or a character that no VIN has */
function requireVin(text: string, extra: Record<string, unknown>): string {
  const vin = normalizeVin(text)
  const problem = vinFormProblem(vin)
  if (problem)
    throw new AppError('validation_failed', problem, { details: [{ path: 'vin', message: problem }], extra })
  return vin
}

/**
 * What is known of a VIN. Check digit, maker and country come from the number itself, all else from `source`.
 * A wrong check digit where the market has one means that there is no such vehicle: no vendor is paid to say so.
 * @param extra further fields of a refusal
 * @throws AppError `validation_failed`
 */
export async function decodeVin(
  ctx: VehicleContext,
  text: string,
  extra: Record<string, unknown> = {},
): Promise<DecodedVin> {
  const vin = requireVin(text, extra)
  const offline = decodeOffline(vin, findMaker(vin), ctx.now)
  const valid = offline.check_digit_valid || !needsCheckDigit(vin)
  const { source, answer, warnings } = valid
    ? await ctx.vins.lookup(vin, (work) => ctx.waitUntil(work))
    : { source: null, answer: null, warnings: [] }
  const own = {
    vin,
    valid,
    check_digit_valid: offline.check_digit_valid,
    country: offline.country,
    manufacturer: offline.manufacturer,
  }
  if (answer && source)
    return { ...own, ...answer.fields, source, warnings: [...warnings, ...answer.warnings] }
  return {
    ...own,
    year: offline.year,
    make: offline.make,
    model: null,
    trim: null,
    body_type: null,
    engine: null,
    transmission: null,
    drivetrain: null,
    exterior_color: null,
    interior_color: null,
    fuel_type: null,
    cylinders: null,
    displacement: null,
    source: 'offline',
    warnings: [...warnings, ...offline.warnings],
  }
}
