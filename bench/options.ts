import { parseArgs } from 'node:util'
import type { BacklogPlan } from './parts/backlog.ts'
import type { Contest } from './parts/contest.ts'
import type { ReadPlan } from './parts/reads.ts'
import type { SearchPlan } from './parts/searches.ts'
import type { SocketPlan } from './parts/sockets.ts'
import type { VinPlan } from './parts/vin.ts'
import type { WakePlan } from './parts/wake.ts'

export const PARTS = [
  'engine',
  'rows',
  'sockets',
  'auctions',
  'wake',
  'backlog',
  'reads',
  'searches',
  'vin',
] as const
export type Part = (typeof PARTS)[number]

export interface Plan {
  sockets: SocketPlan
  auctions: SocketPlan
  wake: WakePlan
  backlog: BacklogPlan
  reads: ReadPlan
  searches: SearchPlan
  vin: VinPlan
  engine: { histories: readonly number[]; rounds: number; forMs: number }
  rows: { bids: number }
}

export interface Options {
  parts: readonly Part[]
  isQuick: boolean
  /** Where the objects' databases are put, if not on the disk of `.local`. */
  storageDir: string | null
  /** Sockets on the auction that is profiled, if one is. */
  profiledSockets: number | null
}

export const USAGE = `npm run bench -- [--quick] [--only ${PARTS.join(',')}] [--storage DIR] [--profile SOCKETS]`

/** @throws Error for what is no option */
export function readOptions(args: readonly string[]): Options {
  const { values } = parseArgs({
    args: [...args],
    options: {
      quick: { type: 'boolean', default: false },
      only: { type: 'string' },
      storage: { type: 'string' },
      profile: { type: 'string' },
    },
  })
  const wanted = values.only?.split(',') ?? PARTS
  const unknown = wanted.filter((name) => !PARTS.some((part) => part === name))
  if (unknown.length > 0) throw new Error(`There is no part ${unknown.join(', ')}`)
  const profiledSockets = values.profile === undefined ? null : Number(values.profile)
  if (profiledSockets !== null && !(Number.isInteger(profiledSockets) && profiledSockets > 0)) {
    throw new Error(`--profile takes a number of sockets, not ${values.profile}`)
  }
  return {
    parts: PARTS.filter((part) => wanted.includes(part)),
    isQuick: values.quick,
    storageDir: values.storage ?? null,
    profiledSockets,
  }
}

const BIDDERS_MAX = 10

/** One auction with so many sockets, of which up to ten bid. */
export const contestOf = (sockets: number): Contest => ({
  label: sockets === 1 ? '1 socket' : `${sockets} sockets`,
  auctions: 1,
  socketsEach: sockets,
  biddersEach: Math.min(sockets, BIDDERS_MAX),
})
const MANY: Contest = { label: '100 auctions', auctions: 100, socketsEach: 10, biddersEach: 1 }

/** What is measured, and for how long. */
export function planOf({ isQuick }: Pick<Options, 'isQuick'>): Plan {
  const timing = isQuick
    ? { rounds: 2, roundMs: 1_500, warmUpMs: 1_500, loneBids: 15 }
    : { rounds: 5, roundMs: 4_000, warmUpMs: 4_000, loneBids: 50 }
  return {
    sockets: { contests: [1, 10, 100, 1_000].map(contestOf), ...timing },
    auctions: { contests: [MANY], ...timing },
    // One entry before the next snapshot: the most that waking has to read.
    wake: isQuick
      ? { histories: [97, 997], restarts: 4, warmUpRooms: 10 }
      : { histories: [97, 997, 10_097], restarts: 15, warmUpRooms: 30 },
    backlog: isQuick ? { events: 5_000, liveForMs: 4_000 } : { events: 50_000, liveForMs: 10_000 },
    reads: isQuick
      ? { vehicles: 1_000, connections: 10, rounds: 2, roundMs: 1_500, warmUpMs: 1_000 }
      : { vehicles: 1_000, connections: 10, rounds: 5, roundMs: 3_000, warmUpMs: 1_000 },
    searches: { searches: 100_000, rounds: isQuick ? 5 : 30 },
    engine: isQuick
      ? { histories: [10, 1_000, 100_000], rounds: 2, forMs: 300 }
      : { histories: [10, 100, 1_000, 10_000, 100_000], rounds: 5, forMs: 1_000 },
    rows: { bids: 1_000 },
    vin: isQuick
      ? { coldRounds: 2, warmRequests: 2_000, warmShards: 50 }
      : { coldRounds: 10, warmRequests: 20_000, warmShards: 50 },
  }
}
