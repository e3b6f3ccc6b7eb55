// NHTSA's public vPIC service: https://vpic.nhtsa.dot.gov/api/ (free, no key).
import * as z from 'zod'
import { engineText, litresText } from '../../lib/engine-text.ts'
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
  type VinVendor,
} from './answer.ts'
import { askJson } from './ask-json.ts'

const responseSchema = z.object({
  Results: z
    .array(
      z.object({
        VIN: looseText,
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
        FuelTypeSecondary: looseText,
        Series: looseText,
        Doors: looseText,
        EngineKW: looseText,
        EngineHP: looseText,
        VehicleType: looseText,
        GVWR: looseText,
        PlantCity: looseText,
        PlantState: looseText,
        PlantCountry: looseText,
        ErrorCode: looseText,
        ErrorText: looseText,
      }),
    )
    .min(1),
})

type VpicResult = z.infer<typeof responseSchema>['Results'][number]

function describeTransmission({
  TransmissionSpeeds: speeds,
  TransmissionStyle: style,
}: VpicResult): string | null {
  if (speeds === null) return style
  return [`${speeds}-speed`, style].filter((part) => part !== null).join(' ')
}

const join = (parts: (string | null)[], by: string): string | null =>
  parts.filter((part) => part !== null).join(by) || null

function readResult(result: VpicResult): VendorAnswer | null {
  const year = readWholeNumber(result.ModelYear, MIN_YEAR, MAX_YEAR)
  // Without a make and a model there is nothing that the number alone does not tell.
  if (result.Make === null || result.Model === null) return null
  const clean = result.ErrorCode === null || result.ErrorCode === '0'
  const displacement = litresText(result.DisplacementL)
  const configuration = result.EngineConfiguration
  const { FuelTypePrimary: fuel, FuelTypeSecondary: second } = result
  const cylinders = readWholeNumber(result.EngineCylinders, 1, MAX_CYLINDERS)
  return {
    fields: {
      year,
      make: result.Make,
      model: result.Model,
      trim: result.Trim,
      body_type: result.BodyClass,
      engine: engineText({ displacement, configuration, cylinders }) ?? result.EngineModel,
      transmission: describeTransmission(result),
      drivetrain: result.DriveType,
      exterior_color: null,
      interior_color: null,
      fuel_type: join([fuel, second === fuel ? null : second], '/'),
      cylinders,
      displacement,
      series: result.Series,
      doors: readWholeNumber(result.Doors, 1, MAX_DOORS),
      engine_configuration: configuration,
      engine_power_kw: kilowatts(result.EngineKW, result.EngineHP),
      vehicle_type: result.VehicleType,
      gvwr_class: result.GVWR,
      plant: join([result.PlantCity, result.PlantState, result.PlantCountry], ', '),
    },
    warnings: clean || result.ErrorText === null ? [] : [`NHTSA vPIC: ${result.ErrorText}`],
  }
}

/** @param baseUrl without a slash at its end */
export function vpicVendor(baseUrl: string): VinVendor {
  return {
    name: 'vpic',
    title: 'NHTSA vPIC',
    async ask(vin, { signal }) {
      const url = `${baseUrl}/api/vehicles/DecodeVinValues/${vin}?format=json`
      const { status, isOk, body } = await askJson(url, { headers: { Accept: 'application/json' }, signal })
      const [result] = responseSchema.safeParse(body).data?.Results ?? []
      if (!isOk || !result) throw new Error(`HTTP ${status}, not an answer`)
      if (isOther(result.VIN, vin)) throw new Error('the answer is about another VIN')
      return readResult(result)
    },
  }
}
