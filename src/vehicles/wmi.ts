// Who makes vehicles under a world manufacturer identifier, by NHTSA's vPIC data.
import { COUNTRIES, MAKERS } from './wmi.generated.ts'
import { type Maker, readWmiTable } from './wmi-table.ts'

/** The identifier in a VIN: three characters, and six (positions 12–14) for makers of under 500 a year. */
export function wmiOf(vin: string): string {
  const first = vin.slice(0, 3)
  return first[2] === '9' ? first + vin.slice(11, 14) : first
}

// Belongs to the isolate on purpose: constant data, read once when the first VIN is decoded.
let table: Map<string, Maker> | null = null

/** The maker behind a VIN of 17 characters, or null where the table does not name one. */
export function findMaker(vin: string): Maker | null {
  table ??= readWmiTable(MAKERS, COUNTRIES)
  return table.get(wmiOf(vin)) ?? null
}
