/** What each folder of `src` may import, as data: the table that the import rule is tested against. */

interface Rule {
  /** Layers, and packages as `npm:<name>`, that may be imported as they are. */
  values: readonly string[]
  /** Those of which only types may be. */
  types: readonly string[]
}

/** Lower rows know nothing of higher ones. */
export const SUBJECTS_FROM_THE_BOTTOM: readonly (readonly string[])[] = [
  ['market', 'users'],
  ['notifications'],
  ['vehicles'],
  ['watchlist', 'auctions'],
  ['offers'],
  ['orders'],
  ['fulfillment'],
]
const SUBJECTS = SUBJECTS_FROM_THE_BOTTOM.flat()

/** Files in a subject's folder that have rules and no I/O. */
const PURE_FILES = [
  'users/audit-subjects.ts',
  'users/user.ts',
  'vehicles/vehicle.ts',
  'vehicles/vin.ts',
  'vehicles/vin/choose-year.ts',
  'vehicles/vin/decode.ts',
  'vehicles/vin/facts.ts',
  'vehicles/vin/keys.ts',
  'vehicles/vin/listing.ts',
  'vehicles/vin/match.ts',
  'vehicles/vin/model-year.ts',
  'vehicles/vin/plant.ts',
  'vehicles/vin/shard.ts',
  'vehicles/vin/shards.generated.ts',
  'vehicles/vin/standard.ts',
  'vehicles/vin/suspects.ts',
  'vehicles/vin/wmi.ts',
  'market/calendar.ts',
  'market/sale.ts',
  'market/terms.ts',
  'offers/decision.ts',
  'offers/next-bidder.ts',
  'offers/offer.ts',
  'orders/balance.ts',
  'watchlist/saved-search.ts',
  'orders/invoice.ts',
  'orders/order.ts',
  'orders/payment.ts',
  'orders/payment-deadlines.ts',
  'fulfillment/permissions.ts',
  'fulfillment/title.ts',
  'fulfillment/transport.ts',
  'notifications/notification.ts',
]

export const subjectOf = (file: string): string | null => {
  const folder = file.split('/')[0] ?? ''
  return SUBJECTS.includes(folder) ? folder : null
}

export function layerOf(file: string): string {
  const [folder = '', second = ''] = file.split('/')
  if (file === '../package.json') return 'manifest'
  if (['index.ts', 'app.ts', 'deps.ts', 'sweeper.ts'].includes(file)) return 'root'
  if (file === 'platform/errors.ts') return 'errors'
  if (file === 'platform/actor.ts') return 'pure'
  if (['lib', 'platform', 'db', 'external'].includes(folder)) return folder
  if (PURE_FILES.includes(file) || second === 'engine') return 'pure'
  if (second === 'live') return file.endsWith('/protocol.ts') ? 'schemas' : 'live'
  if (second === 'auth.ts') return 'auth'
  if (second.endsWith('schemas.ts')) return 'schemas'
  if (second.endsWith('routes.ts')) return 'routes'
  return 'service'
}

const WORKER_PACKAGES = ['npm:cloudflare:workers']

export const FOLDER_RULES: Record<string, Rule | 'everything'> = {
  root: 'everything',
  lib: { values: ['lib', 'npm:zod'], types: [] },
  errors: { values: [], types: [] },
  pure: { values: ['lib', 'pure'], types: [] },
  schemas: { values: ['schemas', 'lib', 'pure', 'npm:zod'], types: ['live'] },
  platform: {
    values: [
      'platform',
      'errors',
      'pure',
      'lib',
      'npm:hono',
      'npm:zod',
      'npm:@hono/zod-validator',
      'npm:prom-client',
      ...WORKER_PACKAGES,
    ],
    types: [],
  },
  db: {
    values: ['db', 'lib', 'npm:drizzle-orm', 'npm:@planetscale/database'],
    types: ['pure', 'platform', 'npm:zod'],
  },
  external: {
    values: [
      'external',
      'errors',
      'lib',
      'npm:zod',
      'npm:@clerk/backend',
      'npm:standardwebhooks',
      'npm:aws4fetch',
      'npm:@upstash/redis',
      'npm:@upstash/ratelimit',
    ],
    types: ['platform', 'pure'],
  },
  service: {
    values: ['service', 'schemas', 'pure', 'errors', 'lib', 'db', 'npm:drizzle-orm', 'npm:zod', 'npm:hono'],
    types: ['platform', 'external', 'live'],
  },
  live: {
    values: [
      'live',
      'schemas',
      'pure',
      'errors',
      'lib',
      'db',
      'npm:drizzle-orm',
      'npm:zod',
      ...WORKER_PACKAGES,
    ],
    types: ['external', 'platform', 'service'],
  },
  auth: { values: ['service', 'schemas', 'platform', 'errors', 'lib', 'pure', 'npm:hono'], types: [] },
  routes: {
    values: [
      'manifest',
      'routes',
      'service',
      'schemas',
      'auth',
      'platform',
      'errors',
      'lib',
      'pure',
      'npm:hono',
      'npm:zod',
    ],
    types: ['live'],
  },
}
