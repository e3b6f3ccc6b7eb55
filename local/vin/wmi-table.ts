// Writes the text form of the WMI table that src/vehicles/wmi-table.ts reads: the same bytes for the same rows.
import { titleCase } from '../../src/vehicles/wmi-table.ts'

/** A row of vPIC's `Wmi` with its names; `makes` are all the makes that share the identifier. */
export type WmiRow = {
  wmi: string
  manufacturer: string
  country: string | null
  vehicleTypeId: number
  truckTypeId: number | null
  makes: string[]
}

export type WmiTable = { makers: string; countries: string }

// Ids of vPIC's VehicleType and TruckType.
const [MOTORCYCLE, CAR, TRUCK, TRAILER, MPV, LOW_SPEED, INCOMPLETE, OFF_ROAD] = [1, 2, 3, 6, 7, 9, 10, 13]
const [LIGHT_TRUCK, HEAVY_TRUCK] = [1, 2]
// A prefix speaks for identifiers without a country where nearly all that have one agree.
const PREFIX_MIN_ROWS = 3
const PREFIX_MIN_SHARE = 0.8

const byCodeUnit = (a: string, b: string): number => (a < b ? -1 : a > b ? 1 : 0)
const plain = (text: string): string => text.replace(/[|\s]+/g, ' ').trim()

/**
 * Six-character identifiers belong to makers of under 500 vehicles a year. Nearly 9 000 of them build trailers,
 * choppers and golf carts, and would take more room than the rest of the Worker.
 */
export function isListed(row: WmiRow): boolean {
  return row.wmi.length === 3 || ![MOTORCYCLE, TRAILER, LOW_SPEED, OFF_ROAD].includes(row.vehicleTypeId)
}

function weightMark(row: WmiRow): string {
  if (row.vehicleTypeId === CAR || row.vehicleTypeId === MPV) return '+'
  if (row.vehicleTypeId === INCOMPLETE) return '?'
  if (row.vehicleTypeId !== TRUCK || row.truckTypeId === HEAVY_TRUCK) return ''
  return row.truckTypeId === LIGHT_TRUCK ? '+' : '?'
}

function makeCode(manufacturer: string, makes: string[]): string {
  const make = plain(makes[0] ?? '')
  if (makes.length !== 1 || make === '') return ''
  const start = manufacturer.slice(0, make.length)
  if (titleCase(start) === make) return String(make.length)
  return start === make ? `^${make.length}` : `=${make}`
}

function prefixCountries(rows: WmiRow[]): Map<string, string> {
  const counts = new Map<string, Map<string, number>>()
  for (const { wmi, country } of rows) {
    if (country === null) continue
    const ofPrefix = counts.get(wmi.slice(0, 2)) ?? new Map<string, number>()
    ofPrefix.set(country, (ofPrefix.get(country) ?? 0) + 1)
    counts.set(wmi.slice(0, 2), ofPrefix)
  }
  const chosen = new Map<string, string>()
  for (const [prefix, ofPrefix] of counts) {
    const total = [...ofPrefix.values()].reduce((sum, n) => sum + n, 0)
    const [most] = [...ofPrefix].sort((a, b) => b[1] - a[1] || byCodeUnit(a[0], b[0]))
    if (most && total >= PREFIX_MIN_ROWS && most[1] >= total * PREFIX_MIN_SHARE) chosen.set(prefix, most[0])
  }
  return chosen
}

/** Groups the identifiers by manufacturer, make and country, in an order that the rows' own does not touch. */
export function encodeWmiTable(rows: WmiRow[]): WmiTable {
  const clean = rows.map((row) => ({ ...row, country: row.country === null ? null : plain(row.country) }))
  const countryOf = prefixCountries(clean)
  const identifiers = new Map<string, string[]>()
  for (const row of clean.filter(isListed)) {
    const usual = countryOf.get(row.wmi.slice(0, 2))
    const country = row.country ?? usual ?? '-'
    const manufacturer = plain(row.manufacturer)
    const key = [manufacturer, makeCode(manufacturer, row.makes), country === usual ? '' : country].join('|')
    identifiers.set(key, [...(identifiers.get(key) ?? []), row.wmi + weightMark(row)])
  }
  const prefixes = new Map<string, string[]>()
  for (const [prefix, country] of countryOf) prefixes.set(country, [...(prefixes.get(country) ?? []), prefix])
  return { makers: joinGroups(identifiers), countries: joinGroups(prefixes) }
}

function joinGroups(groups: Map<string, string[]>): string {
  const entries = [...groups].sort((a, b) => byCodeUnit(a[0], b[0]))
  return entries.map(([key, members]) => `${key}|${members.sort(byCodeUnit).join(' ')}`).join('\n')
}

/** The source of `wmi.generated.ts`. */
export function renderWmiModule({ makers, countries }: WmiTable, origin: string): string {
  const literal = (text: string): string => `\`${text.replace(/[`\\]|\$(?=\{)/g, '\\$&')}\``
  return [
    `// Made by \`npm run vin:wmi\` from ${origin}; do not edit.`,
    `export const COUNTRIES = ${literal(countries)}`,
    `export const MAKERS = ${literal(makers)}`,
    '',
  ].join('\n')
}
