// NHTSA's public vPIC service: https://vpic.nhtsa.dot.gov/api/ (free, no key).
import * as z from 'zod'
import {
  litres,
  looseText,
  MAX_CYLINDERS,
  MAX_YEAR,
  MIN_YEAR,
  type VendorAnswer,
  type VinVendor,
  wholeNumber,
} from './answer.ts'

const responseSchema = z.object({
  Results: z
    .array(
      z.object({
        Make: looseText,
        Model: looseText,
        ModelYear: looseText,
        Trim: looseText,
        BodyClass: looseText,
        DriveType: looseText,
        TransmissionStyle: looseText,
        TransmissionSpeeds: looseText,
        EngineConfiguration: looseText,
        EngineCylinders: looseText,
        EngineModel: looseText,
        DisplacementL: looseText,
        FuelTypePrimary: looseText,
        ErrorCode: looseText,
        ErrorText: looseText,
      }),
    )
    .min(1),
})

type VpicResult = z.infer<typeof responseSchema>['Results'][number]

const CYLINDER_LAYOUTS: Record<string, string> = { 'In-Line': 'I', 'V-Shaped': 'V', 'W Shaped': 'W' }

function describeEngine(result: VpicResult): string | null {
  const layout = CYLINDER_LAYOUTS[result.EngineConfiguration ?? '']
  const cylinders = result.EngineCylinders
  const shape = cylinders === null ? null : layout ? `${layout}${cylinders}` : `${cylinders}-cylinder`
  return [litres(result.DisplacementL), shape].filter((part) => part !== null).join(' ') || result.EngineModel
}

function describeTransmission({
  TransmissionSpeeds: speeds,
  TransmissionStyle: style,
}: VpicResult): string | null {
  if (speeds === null) return style
  return [`${speeds}-speed`, style].filter((part) => part !== null).join(' ')
}

function readResult(result: VpicResult): VendorAnswer | null {
  const year = wholeNumber(result.ModelYear, MIN_YEAR, MAX_YEAR)
  // Without a make and a model there is nothing that the number alone does not tell.
  if (result.Make === null || result.Model === null) return null
  const clean = result.ErrorCode === null || result.ErrorCode === '0'
  return {
    fields: {
      year,
      make: result.Make,
      model: result.Model,
      trim: result.Trim,
      body_type: result.BodyClass,
      engine: describeEngine(result),
      transmission: describeTransmission(result),
      drivetrain: result.DriveType,
      exterior_color: null,
      interior_color: null,
      fuel_type: result.FuelTypePrimary,
      cylinders: wholeNumber(result.EngineCylinders, 1, MAX_CYLINDERS),
      displacement: litres(result.DisplacementL),
    },
    warnings: clean || result.ErrorText === null ? [] : [`NHTSA vPIC: ${result.ErrorText}`],
  }
}

/** @param baseUrl without a slash at its end */
export function vpicVendor(baseUrl: string): VinVendor {
  return {
    name: 'vpic',
    title: 'NHTSA vPIC',
    async ask(vin, signal) {
      const response = await fetch(`${baseUrl}/api/vehicles/DecodeVinValues/${vin}?format=json`, { signal })
      if (!response.ok) throw new Error(`HTTP ${response.status}`)
      const { Results } = responseSchema.parse(await response.json())
      return Results[0] ? readResult(Results[0]) : null
    },
  }
}
