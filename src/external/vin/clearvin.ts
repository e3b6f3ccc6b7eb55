// ClearVIN's report (https://www.clearvin.com/en/api-subscribers/vin-decode-api/). The page documents the envelope
// `{status, message, result: {id, vin, report}}` and leaves the report open, so the specification is looked for
// where its answers carry it: `report.vinSpec`, `result.vinSpec`, or the report itself.
import * as z from 'zod'
import { litresText } from '../../lib/engine-text.ts'
import {
  kilowatts,
  looseText,
  MAX_CYLINDERS,
  MAX_DOORS,
  MAX_YEAR,
  MIN_YEAR,
  readWholeNumber,
  type VendorAnswer,
  type VendorCall,
  type VinVendor,
} from './answer.ts'
import type { ClearvinAccess } from './clearvin-access.ts'

const specSchema = z.object({
  year: looseText,
  make: looseText,
  model: looseText,
  trim: looseText,
  style: looseText,
  body_type: looseText,
  body_style: looseText,
  engine: looseText,
  transmission: looseText,
  drivetrain: looseText,
  drive_type: looseText,
  exterior_color: looseText,
  interior_color: looseText,
  fuel_type: looseText,
  cylinders: looseText,
  displacement: looseText,
  series: looseText,
  doors: looseText,
  engine_configuration: looseText,
  engine_power_kw: looseText,
  engine_kw: looseText,
  engine_hp: looseText,
  vehicle_type: looseText,
  gvwr: looseText,
  gvwr_class: looseText,
  plant: looseText,
})

const openObject = z.record(z.string(), z.unknown())
const responseSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('ok'),
    result: z.object({
      vin: z.string().nullish(),
      report: openObject.nullish(),
      vinSpec: openObject.nullish(),
    }),
  }),
  z.object({ status: z.literal('error'), message: z.string().nullish() }),
])

/** `fuelType` and `Fuel Type` are the field `fuel_type`. */
function fieldName(key: string): string {
  return key
    .replace(/([a-z])([A-Z])/g, '$1_$2')
    .replace(/[\s-]+/g, '_')
    .toLowerCase()
}

function readSpec(spec: Record<string, unknown>): VendorAnswer | null {
  const named = Object.fromEntries(Object.entries(spec).map(([key, value]) => [fieldName(key), value]))
  const found = specSchema.parse(named)
  if (found.make === null || found.model === null) return null
  return {
    fields: {
      year: readWholeNumber(found.year, MIN_YEAR, MAX_YEAR),
      make: found.make,
      model: found.model,
      trim: found.trim,
      body_type: found.body_type ?? found.body_style ?? found.style,
      engine: found.engine,
      transmission: found.transmission,
      drivetrain: found.drivetrain ?? found.drive_type,
      exterior_color: found.exterior_color,
      interior_color: found.interior_color,
      fuel_type: found.fuel_type,
      cylinders: readWholeNumber(found.cylinders, 1, MAX_CYLINDERS),
      displacement: litresText(found.displacement),
      series: found.series,
      doors: readWholeNumber(found.doors, 1, MAX_DOORS),
      engine_configuration: found.engine_configuration,
      engine_power_kw: kilowatts(found.engine_power_kw ?? found.engine_kw, found.engine_hp),
      vehicle_type: found.vehicle_type,
      gvwr_class: found.gvwr_class ?? found.gvwr,
      plant: found.plant,
    },
    warnings: [],
  }
}

const UNAUTHORIZED = 401

/** The report as the vendor sends it; a token that it does not take any more is exchanged once. */
async function fetchReport(url: string, access: ClearvinAccess, call: VendorCall): Promise<Response> {
  const ask = (token: string | null) =>
    fetch(url, {
      headers: { Authorization: `Bearer ${token}`, Accept: 'application/json' },
      signal: call.signal,
    })
  const token = await access(call, null)
  const response = await ask(token)
  if (response.status !== UNAUTHORIZED) return response
  const fresh = await access(call, token)
  if (fresh === null) return response
  await response.body?.cancel()
  return await ask(fresh)
}

/** @param baseUrl without a slash at its end */
export function clearvinVendor(baseUrl: string, access: ClearvinAccess): VinVendor {
  return {
    name: 'clearvin',
    title: 'ClearVIN',
    async ask(vin, call) {
      const url = `${baseUrl}/rest/vendor/report?vin=${vin}&format=json`
      const response = await fetchReport(url, access, call)
      if (!response.ok) throw new Error(`HTTP ${response.status}`)
      const answer = responseSchema.parse(await response.json())
      if (answer.status === 'error') throw new Error(answer.message ?? 'status error')
      const { vin: answered, report, vinSpec } = answer.result
      if (answered && answered.toUpperCase() !== vin) throw new Error('the answer is about another VIN')
      const nested = openObject.safeParse(report?.vinSpec)
      return readSpec(nested.success ? nested.data : (vinSpec ?? report ?? {}))
    },
  }
}
