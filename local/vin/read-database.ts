import { DatabaseSync } from 'node:sqlite'
import { z } from 'zod'

/** A row of vPIC's `Wmi` with its names; `makes` are all the makes that share the identifier. */
export type WmiRow = z.output<typeof wmiRowSchema>

const wmiRowSchema = z.object({
  id: z.int(),
  wmi: z.string(),
  manufacturer: z.string(),
  country: z.string().nullable(),
  vehicleTypeId: z.int(),
  vehicleType: z.string(),
  truckTypeId: z.int().nullable(),
  makes: z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text))),
})

const useRowSchema = z.object({
  wmiId: z.int(),
  schemaId: z.int(),
  from: z.int(),
  to: z.int().nullable(),
})
export type UseRow = z.output<typeof useRowSchema>

const patternRowSchema = z.object({
  schemaId: z.int(),
  key: z.string(),
  elementId: z.int(),
  value: z.string(),
})
export type PatternRow = z.output<typeof patternRowSchema>

const engineRowSchema = z.object({ engine: z.string(), elementId: z.int(), value: z.string() })
export type EngineRow = z.output<typeof engineRowSchema>

/** Ids of vPIC's elements. */
export const ELEMENT = {
  bodyClass: 5,
  cylinders: 9,
  cubicCentimetres: 11,
  cubicInches: 12,
  litres: 13,
  doors: 14,
  driveType: 15,
  engineModel: 18,
  kilowatts: 21,
  fuel: 24,
  gvwr: 25,
  model: 28,
  plantCity: 31,
  series: 34,
  trim: 38,
  configuration: 64,
  secondFuel: 66,
  horsepower: 71,
  plantCountry: 75,
  plantState: 77,
} as const

/** The elements whose attribute is the id of a row elsewhere. */
const LOOKUPS: Record<number, string> = {
  [ELEMENT.bodyClass]: 'BodyStyle',
  [ELEMENT.driveType]: 'DriveType',
  [ELEMENT.fuel]: 'FuelType',
  [ELEMENT.gvwr]: 'GrossVehicleWeightRating',
  [ELEMENT.model]: 'Model',
  [ELEMENT.configuration]: 'EngineConfiguration',
  [ELEMENT.secondFuel]: 'FuelType',
  [ELEMENT.plantCountry]: 'Country',
}

const WMIS = `
  SELECT w.Id AS id, w.Wmi AS wmi, m.Name AS manufacturer, c.Name AS country,
    w.VehicleTypeId AS vehicleTypeId, t.Name AS vehicleType, w.TruckTypeId AS truckTypeId,
    (SELECT json_group_array(k.Name) FROM (
      SELECT k.Name FROM Wmi_Make wm JOIN Make k ON k.Id = wm.MakeId WHERE wm.WmiId = w.Id ORDER BY k.Name
    ) AS k) AS makes
  FROM Wmi w
  JOIN Manufacturer m ON m.Id = w.ManufacturerId
  JOIN VehicleType t ON t.Id = w.VehicleTypeId
  LEFT JOIN Country c ON c.Id = w.CountryId
  ORDER BY w.Wmi`

const USES = `
  SELECT WmiId AS wmiId, VinSchemaId AS schemaId, YearFrom AS "from", YearTo AS "to"
  FROM Wmi_VinSchema ORDER BY WmiId, YearFrom, YearTo, VinSchemaId`

const PATTERNS = `
  SELECT VinSchemaId AS schemaId, upper(Keys) AS key, ElementId AS elementId, AttributeId AS value
  FROM Pattern ORDER BY VinSchemaId, upper(Keys), ElementId, Id`

const ENGINES = `
  SELECT lower(trim(m.Name)) AS engine, p.ElementId AS elementId, p.AttributeId AS value
  FROM EngineModelPattern p JOIN EngineModel m ON m.Id = p.EngineModelId ORDER BY engine, p.ElementId, p.Id`

const MAKES_OF_MODELS = `
  SELECT mm.ModelId AS id, k.Name AS name FROM Make_Model mm JOIN Make k ON k.Id = mm.MakeId ORDER BY mm.Id`

const namedSchema = z.object({ id: z.int(), name: z.string() })

/** All of vPIC's data that decoding needs, names in place of ids, in an order that its own content settles. */
export class VpicDatabase {
  readonly #db: DatabaseSync

  constructor(file: string) {
    this.#db = new DatabaseSync(file, { readOnly: true })
  }

  close(): void {
    this.#db.close()
  }

  readWmis(): WmiRow[] {
    return this.#all(WMIS, wmiRowSchema)
  }

  readUses(): UseRow[] {
    return this.#all(USES, useRowSchema)
  }

  /** The make of each model, by the model's id. */
  readMakesOfModels(): Map<string, string> {
    return new Map(this.#all(MAKES_OF_MODELS, namedSchema).map(({ id, name }) => [String(id), name]))
  }

  /** Rows of elements that are wanted. A model stays an id, because two makes may name one alike. */
  *readPatterns(wanted: ReadonlySet<number>): Generator<PatternRow> {
    const nameOf = this.#namer()
    for (const row of this.#db.prepare(PATTERNS).iterate()) {
      const pattern = patternRowSchema.parse(row)
      if (!wanted.has(pattern.elementId)) continue
      const value = pattern.elementId === ELEMENT.model ? pattern.value : nameOf(pattern)
      if (value !== null) yield { ...pattern, value }
    }
  }

  readEngines(wanted: ReadonlySet<number>): EngineRow[] {
    const nameOf = this.#namer()
    return this.#all(ENGINES, engineRowSchema).flatMap((row) => {
      const value = wanted.has(row.elementId) ? nameOf(row) : null
      return value === null ? [] : [{ ...row, value }]
    })
  }

  readModels(): Map<string, string> {
    return this.#readNames('Model')
  }

  /** The day of the newest change of a pattern. */
  readDate(): string {
    const newest = 'SELECT max(coalesce(UpdatedOn, CreatedOn)) AS date FROM Pattern'
    const { date } = z.object({ date: z.string() }).parse(this.#db.prepare(newest).get())
    return date.slice(0, 'yyyy-mm-dd'.length)
  }

  #namer(): (row: { elementId: number; value: string }) => string | null {
    const tables = new Map(
      Object.entries(LOOKUPS).map(([element, table]) => [Number(element), this.#readNames(table)]),
    )
    return ({ elementId, value }) => {
      const names = tables.get(elementId)
      return names ? (names.get(value) ?? null) : value
    }
  }

  #readNames(table: string): Map<string, string> {
    const rows = this.#all(`SELECT Id AS id, Name AS name FROM "${table}" ORDER BY Id`, namedSchema)
    return new Map(rows.map(({ id, name }) => [String(id), name]))
  }

  #all<Schema extends z.ZodType>(query: string, schema: Schema): z.output<Schema>[] {
    return z.array(schema).parse(this.#db.prepare(query).all())
  }
}
