import { AUCTIONS } from './auctions.ts'
import { COLLECTORS } from './collectors.ts'
import { DEALERS } from './dealers.ts'
import { HEAVY } from './heavy.ts'
import { EPA } from './libvin.ts'
import { MOTORCYCLES } from './motorcycles.ts'
import { ORACLE } from './oracle.ts'
import { YARD } from './salvage-yard.ts'

/** A vehicle with what its source calls it. */
export interface KnownVehicle {
  vin: string
  year: number
  make: string
  model: string
}

export const linesOf = (text: string): string[] => text.split('\n').filter((line) => line !== '')

/** All that `test/vin/known` has, by its sources. */
export const KNOWN: readonly KnownVehicle[] = linesOf(
  [DEALERS, ORACLE, AUCTIONS, EPA, YARD, COLLECTORS, MOTORCYCLES, HEAVY].join('\n'),
).map((line) => {
  const [vin = '', year, make = '', model = ''] = line.split('|')
  return { vin, year: Number(year), make, model }
})
