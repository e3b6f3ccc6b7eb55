import type { Reading } from './match.ts'
import type { PatternField } from './shard.ts'

/** Of more than so many candidates none is told: the field is not open, it is not known. */
const MAX_CANDIDATES = 40

/** Fields and candidates of a reading: what is told twice, or may not be so, is a candidate, not a fact. */
export class Facts {
  readonly candidates: Record<string, (string | number)[]> = {}
  readonly #reading: Reading

  constructor(reading: Reading) {
    this.#reading = reading
  }

  values(field: PatternField): readonly string[] {
    return this.#reading.get(field)?.values ?? []
  }

  isSure(field: PatternField): boolean {
    return this.#reading.get(field)?.isSure ?? true
  }

  settle<Value extends string | number>(name: string, values: readonly Value[], isSure = true): Value | null {
    const distinct = [...new Set(values)]
    if (distinct.length === 1 && isSure) return distinct[0] ?? null
    if (distinct.length > 0 && distinct.length <= MAX_CANDIDATES) this.candidates[name] = distinct
    return null
  }

  text(name: string, field: PatternField): string | null {
    return this.settle(name, this.values(field), this.isSure(field))
  }

  number(name: string, field: PatternField): number | null {
    const values = this.values(field).map(Number)
    return this.settle(
      name,
      values.filter((value) => Number.isFinite(value)),
      this.isSure(field),
    )
  }
}
