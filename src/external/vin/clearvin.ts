// ClearVIN's report (https://www.clearvin.com/en/api-subscribers/vin-decode-api/). The page documents the envelope
// `{status, message, result: {id, vin, report}}` and leaves the report open. Its preview has `vinSpec` (year, make, model,
// trim, engine, style); its sample report, and those who read it before us, name the other fields. So the
// specification is looked for in all those places, under all those names.
import * as z from 'zod'
import { litresText } from '../../lib/engine-text.ts'
import {
  isOther,
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
import { askJson } from './ask-json.ts'
import type { ClearvinAccess } from './clearvin-access.ts'

/** What a field is called in a report, by `fieldName`; the first that is there counts. */
const NAMES = {
  year: ['year', 'model_year'],
  make: ['make'],
  model: ['model'],
  trim: ['trim'],
  body_type: ['body_type', 'body_style', 'style'],
  engine: ['engine', 'engine_description'],
  transmission: ['transmission'],
  drivetrain: ['drivetrain', 'drive_type', 'wheel_drive', 'drive'],
  exterior_color: ['exterior_color'],
  interior_color: ['interior_color'],
  fuel_type: ['fuel_type', 'fuel'],
  cylinders: ['cylinders'],
  displacement: ['displacement', 'engine_displacement'],
  series: ['series'],
  doors: ['doors'],
  engine_configuration: ['engine_configuration'],
  engine_kw: ['engine_power_kw', 'engine_kw'],
  engine_hp: ['engine_hp'],
  vehicle_type: ['vehicle_type'],
  gvwr_class: ['gvwr_class', 'gvwr', 'standard_gvwr'],
  plant: ['plant', 'manufacturing_plant'],
} as const
/** Where a report may have its specification; the first that tells a field counts. */
const PLACES = ['vinSpec', 'specifications', 'vehicle'] as const

const openObject = z.record(z.string(), z.unknown())
const responseSchema = z.discriminatedUnion('status', [
  z.object({
    status: z.literal('ok'),
    result: z.object({
      vin: z.string().nullish(),
      report: openObject.nullish(),
      vinSpec: z.unknown().optional(),
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

/** The fields of an object by their names here; none where it is no object. */
function named(value: unknown): Record<string, unknown> {
  const object = openObject.safeParse(value)
  if (!object.success) return {}
  return Object.fromEntries(Object.entries(object.data).map(([key, field]) => [fieldName(key), field]))
}

function readReport(report: Record<string, unknown>, vinSpec: unknown): VendorAnswer | null {
  const specs = [vinSpec, ...PLACES.map((place) => report[place]), report].map(named)
  const told = (field: keyof typeof NAMES): string | null => {
    for (const spec of specs) {
      for (const name of NAMES[field]) {
        const text = looseText.parse(spec[name])
        if (text !== null) return text
      }
    }
    return null
  }
  const [make, model] = [told('make'), told('model')]
  if (make === null || model === null) return null
  return {
    fields: {
      year: readWholeNumber(told('year'), MIN_YEAR, MAX_YEAR),
      make,
      model,
      trim: told('trim'),
      body_type: told('body_type'),
      engine: told('engine'),
      transmission: told('transmission'),
      drivetrain: told('drivetrain'),
      exterior_color: told('exterior_color'),
      interior_color: told('interior_color'),
      fuel_type: told('fuel_type'),
      cylinders: readWholeNumber(told('cylinders'), 1, MAX_CYLINDERS),
      displacement: litresText(told('displacement')),
      series: told('series'),
      doors: readWholeNumber(told('doors'), 1, MAX_DOORS),
      engine_configuration: told('engine_configuration'),
      engine_power_kw: kilowatts(told('engine_kw'), told('engine_hp')),
      vehicle_type: told('vehicle_type'),
      gvwr_class: told('gvwr_class'),
      plant: told('plant'),
    },
    warnings: [],
  }
}

const UNAUTHORIZED = 401
const NOT_FOUND = /vin not found/i
const MAX_MESSAGE = 200

/** The report as the vendor sends it; a token that it does not take any more is exchanged once. */
async function fetchReport(url: string, access: ClearvinAccess, call: VendorCall) {
  const ask = async (token: string) => {
    const headers = { Authorization: `Bearer ${token}`, Accept: 'application/json' }
    return { token, ...(await askJson(url, { headers, signal: call.signal })) }
  }
  const token = await access(call, null)
  if (token === null) throw new Error('no token')
  const answer = await ask(token)
  if (answer.status !== UNAUTHORIZED) return answer
  const fresh = await access(call, token)
  return fresh === null ? answer : await ask(fresh)
}

/** @param baseUrl without a slash at its end */
export function clearvinVendor(baseUrl: string, access: ClearvinAccess): VinVendor {
  return {
    name: 'clearvin',
    title: 'ClearVIN',
    async ask(vin, call) {
      const url = `${baseUrl}/rest/vendor/report?vin=${vin}&format=json`
      const { token, status, isOk, body } = await fetchReport(url, access, call)
      const answer = responseSchema.safeParse(body).data
      if (answer?.status === 'error') {
        // A limit of the account, a token, an endpoint that is not theirs … : the text is all that tells them apart.
        const message = answer.message?.replaceAll(token, '…').slice(0, MAX_MESSAGE) ?? 'status error'
        if (NOT_FOUND.test(message)) return null
        throw new Error(`HTTP ${status}: ${message}`)
      }
      if (!isOk || !answer) throw new Error(`HTTP ${status}, not a report`)
      const { vin: answered, report, vinSpec } = answer.result
      if (isOther(answered, vin)) throw new Error('the answer is about another VIN')
      return readReport(report ?? {}, vinSpec)
    },
  }
}
