// A plant's address: city, state, country, of which patterns tell all or some.
import { PART_END } from './shard.ts'

const partsOf = (plant: string): string[] => plant.split(PART_END)

/** The weights that vPIC gives city, state and country; what is not told weighs nothing. */
const PART_WEIGHTS = [98, 98, 99]

export function weighPlant(plant: string): number {
  return partsOf(plant).reduce((sum, part, i) => sum + (part === '' ? 0 : (PART_WEIGHTS[i] ?? 0)), 0)
}

/** A plant with the parts that it lacks, from those that contradict it in nothing; the strongest come first. */
export function completePlant(plant: string, others: readonly string[]): string {
  let parts = partsOf(plant)
  for (const other of others) {
    const told = partsOf(other)
    if (parts.every((part, i) => part === '' || !told[i] || part === told[i])) {
      parts = parts.map((part, i) => part || (told[i] ?? ''))
    }
  }
  return parts.join(PART_END)
}

/** The parts as an address names them. */
export const plantText = (plant: string): string =>
  partsOf(plant)
    .filter((part) => part !== '')
    .join(', ')

/** The country of all that a plant may be; null where they are of several, or it is not told. */
export function countryOf(plants: readonly string[]): string | null {
  const [country, ...others] = new Set(plants.map((plant) => partsOf(plant)[2] ?? ''))
  return country && others.length === 0 ? country : null
}
