import type { Connection } from 'mysql2/promise'
import { MODELS } from '../../local/seed/models.ts'
import { savedFiltersQuery } from '../../src/vehicles/schemas.ts'
import { narrowingColumns } from '../../src/watchlist/saved-search.ts'
import { Random } from '../../test/crash/random.ts'

const SEED = 'saved searches'
const ROWS_PER_INSERT = 1_000
const SEARCHES_PER_PERSON = 4
const SAVED_AT = '2026-01-01 00:00:00.000'

/** The fifty, the most populous first. */
const STATES = (
  'CA TX FL NY PA IL OH GA NC MI NJ VA WA AZ TN MA IN MO MD WI CO MN SC AL LA KY OR OK CT UT ' +
  'IA NV AR MS KS NM NE ID WV HI NH ME RI MT DE SD ND AK VT WY'
).split(' ')
const HIGHEST_PRICES = [3, 5, 8, 10, 12, 15, 18, 20, 25, 30, 35, 40, 50, 60].map(
  (thousand) => thousand * 1_000,
)
const MOST_MILES = [30, 50, 60, 75, 80, 100, 120, 150].map((thousand) => thousand * 1_000)
const TITLE_TYPES = ['clean', 'clean', 'clean', 'salvage', 'rebuilt']
const WORDS = ['4wd', 'xlt', 'limited', 'premium', 'one owner', 'sport']

/** The first of a list is wanted most, the tenth half as often. */
function pickFirstMost<T>(random: Random, items: readonly T[]): T {
  const weightOf = (rank: number): number => 1 / (rank + 8)
  let rest = random.next() * items.reduce((sum, _, rank) => sum + weightOf(rank), 0)
  for (const [rank, item] of items.entries()) {
    rest -= weightOf(rank)
    if (rest < 0) return item
  }
  return random.pick(items)
}

/** Somebody's spelling: the list asks without case. */
const spell = (random: Random, text: string): string => (random.chance(0.3) ? text.toLowerCase() : text)

/**
 * What somebody looks for: nearly everyone a make, most of them a model too, half a price, a third a state. A car that
 * sells often is looked for often.
 */
function drawFilters(random: Random): Record<string, string> {
  const [, , make, model, , bodyType] = pickFirstMost(random, MODELS)
  const filters: Record<string, string> = {}
  if (random.chance(0.88)) {
    filters.make = spell(random, make)
    if (random.chance(0.7)) filters.model = spell(random, model)
  }
  if (random.chance(0.35)) filters.state = pickFirstMost(random, STATES)
  if (random.chance(0.6)) {
    const from = random.int(2005, 2022)
    filters.year_min = String(from)
    if (random.chance(0.4)) filters.year_max = String(from + random.int(0, 8))
  }
  if (random.chance(0.55)) {
    const most = random.pick(HIGHEST_PRICES)
    filters.max_price = String(most)
    if (random.chance(0.2)) filters.min_price = String(most / 4)
  }
  if (random.chance(0.4)) filters.mileage_max = String(random.pick(MOST_MILES))
  if (random.chance(0.15)) filters.body_type = bodyType
  if (random.chance(0.15)) filters.title_type = random.pick(TITLE_TYPES)
  if (random.chance(0.05)) filters.q = random.pick(WORDS)
  // Whoever names nothing looks at the list itself.
  return Object.keys(filters).length === 0 ? { make } : filters
}

/** Fills an empty table with so many saved searches, always the same ones; nine of ten want to be told. */
export async function saveSearches(connection: Connection, count: number): Promise<void> {
  const random = new Random(SEED)
  for (let from = 0; from < count; from += ROWS_PER_INSERT) {
    const rows = Array.from({ length: Math.min(ROWS_PER_INSERT, count - from) }, (_, index) => {
      const filters = drawFilters(random)
      const narrow = narrowingColumns(savedFiltersQuery.parse(filters))
      const userId = 1 + random.int(0, Math.ceil(count / SEARCHES_PER_PERSON))
      return [
        userId,
        `Search ${from + index}`,
        JSON.stringify(filters),
        random.chance(0.9),
        narrow.make_key,
        narrow.model_key,
        narrow.state_key,
        narrow.year_min,
        narrow.year_max,
        narrow.price_min_cents,
        narrow.price_max_cents,
        narrow.mileage_max,
        `bench-${from + index}`,
        SAVED_AT,
        SAVED_AT,
      ]
    })
    await connection.query(
      `INSERT INTO saved_searches (user_id, name, filters, notify, make_key, model_key, state_key, year_min,
         year_max, price_min_cents, price_max_cents, mileage_max, creation_key, created_at, updated_at) VALUES ?`,
      [rows],
    )
  }
  await connection.query('ANALYZE TABLE saved_searches')
}
