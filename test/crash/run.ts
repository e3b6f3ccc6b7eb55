import { setTimeout as sleep } from 'node:timers/promises'
import type { CrashOptions } from './arguments.ts'
import { checkAuction, type Finding } from './checks/check-auction.ts'
import { checkHolds } from './checks/check-holds.ts'
import { type Collected, sortEvidence } from './evidence/evidence.ts'
import { readHoldFiles } from './evidence/hold-files.ts'
import { findUnsettled, readMysqlRows } from './evidence/mysql-rows.ts'
import { type PublicAnswers, readPublicAnswers, repeatOffers } from './evidence/public-answers.ts'
import { readRoomFiles } from './evidence/room-files.ts'
import { breakThings, describeFault, FAULTS_MIN, type Fault, planFaults } from './faults.ts'
import { BIDDERS, Hall } from './hall.ts'
import { Mover } from './house/mover.ts'
import { MoveBook } from './house/moves.ts'
import { openRound, runRounds } from './house/rounds.ts'
import { dealShortLots, LONG_LOTS } from './lots.ts'
import { Random } from './random.ts'
import { describeTally, tally } from './report.ts'
import { Slot } from './slot.ts'
import type { CrashStack } from './stack.ts'
import { Surprises } from './surprises.ts'
import { every, waitUntil, within } from './waiting.ts'

const AT_ONCE_MIN = 8
const SHORT_SLOTS = 4
/** How long everybody may take to get in before the first fault. */
const ENTRY_PATIENCE_MS = 15_000
/** How long they mostly take. */
const ENTRY_MS = 6_000
/** The long auctions end so long after the last fault was planned, or later by soft close. */
const LAST_END_MS = 6_000
/** Bidding goes on so long after that. */
const OVERTIME_MS = 3_000
const CRON_EVERY_MS = 10_000
const PROGRESS_EVERY_MS = 5_000
const END_PATIENCE_MS = 90_000
const SETTLE_PATIENCE_MS = 120_000
/** A report that was not confirmed comes again within 15 s (M18). */
const REPORTED_MS = 25_000

export interface CrashResult {
  readonly findings: readonly Finding[]
  /** What belongs to no single auction. */
  readonly problems: readonly string[]
  readonly faults: readonly Fault[]
  readonly hall: Hall
  readonly moves: MoveBook
}

type Say = (text: string) => void

/** One run on a stack that was just opened; what it leaves behind is checked. */
export async function runCrash(stack: CrashStack, options: CrashOptions, say: Say): Promise<CrashResult> {
  const random = new Random(options.seed)
  const surprises = new Surprises()
  const hall = new Hall({ url: stack.url, dataDir: stack.dataDir, random, surprises })
  await hall.signUp()
  const admin = await hall.signInAdmin()
  const moves = new MoveBook()
  const lastEndAt = Date.now() + ENTRY_MS + options.chaosMs + LAST_END_MS
  const longLots = await Promise.all(LONG_LOTS.map((kind) => hall.open(kind, lastEndAt - Date.now())))
  hall.joinLong(longLots)
  const kinds = dealShortLots(random.stream('short lots'))
  const places = Array.from(
    { length: SHORT_SLOTS },
    (_, index) => new Slot({ hall, kinds, random: random.stream(`slot ${index}`), latestEndAt: lastEndAt }),
  )
  // Before the first fault: it could hold them up for half a minute (`in_progress`).
  const firstShort = await Promise.all(places.map((place) => place.open()))
  const first = await openRound(hall)
  await waitUntil(() => hall.sockets.every(({ isOpen }) => isOpen), ENTRY_PATIENCE_MS)
  const chaosEndsAt = Date.now() + options.chaosMs
  say(`${longLots.length} long auctions, ${SHORT_SLOTS} short ones at a time, ${BIDDERS} bidders`)

  const faults: Fault[] = []
  let fewestOpen = hall.openLots.length
  const end = Promise.withResolvers<void>()
  const living = hall.bidders.map((bidder) => bidder.live(end.promise))
  const stopCron = every(CRON_EVERY_MS, () => stack.callCron())
  const stopProgress = every(PROGRESS_EVERY_MS, () =>
    say(`${hall.openLots.length} open · ${describeTally(tally(hall))}`),
  )
  try {
    const slots = Promise.all(
      places.map(async (place, index) => {
        const lot = firstShort[index]
        if (lot !== undefined) await place.run(lot, chaosEndsAt)
      }),
    )
    // Heard of when it is waited for.
    slots.catch(() => undefined)
    const mover = new Mover({
      book: moves,
      admin,
      sellerOf: (lot) => hall.sellerOf(lot),
      random: random.stream('voidings'),
    })
    const rounds = runRounds(hall, mover, random.stream('rounds'), { first, until: chaosEndsAt })
    rounds.catch(() => undefined)
    const chaos = breakThings(planFaults(random.stream('faults'), options.chaosMs), {
      stack,
      random: random.stream('harm'),
      volley: () => hall.volley(),
      burst: (readMs) => hall.burst(readMs),
      onFault: (fault) => {
        faults.push(fault)
        // A slow machine's last faults come after the long auctions' time.
        if (Date.now() < lastEndAt) fewestOpen = Math.min(fewestOpen, hall.openLots.length)
        say(`fault ${faults.length}: ${describeFault(fault)}`)
      },
    })
    await chaos
    say('everything is back')
    await sleep(Math.max(0, lastEndAt + OVERTIME_MS - Date.now()))
    end.resolve()
    await Promise.all([slots, rounds])
    stopProgress()
    const problems = await endEverything({ hall, stack, living, say })
    const collected = await collect({ hall, stack, say, stopCron, moves, options })
    if (options.hasBuyingPower) problems.push(...findHeldWrongly(collected, stack))
    const { auctions, problems: unsorted } = sortEvidence(collected)
    say('checking')
    return {
      findings: auctions.map(checkAuction),
      problems: [...problems, ...unsorted, ...surprises.list(), ...findWeakness(faults, hall, fewestOpen)],
      faults,
      hall,
      moves,
    }
  } finally {
    end.resolve()
    stopCron()
    stopProgress()
    hall.leave()
  }
}

interface EndParts {
  hall: Hall
  stack: CrashStack
  living: readonly Promise<void>[]
  say: Say
}

/** Everybody gets their answers and sees the end; then MySQL must come to have it all by itself. */
async function endEverything({ hall, stack, living, say }: EndParts): Promise<string[]> {
  const problems: string[] = []
  const ended = await within(END_PATIENCE_MS, Promise.all([hall.allEnds(), ...living]))
  if (!ended) problems.push(`after ${END_PATIENCE_MS / 1_000} s not everybody had their answers and the end`)
  say('every auction is over')
  let unsettled: number[] = []
  await waitUntil(async () => {
    unsettled = await findUnsettled(stack.databaseUrl)
    return unsettled.length === 0
  }, SETTLE_PATIENCE_MS)
  for (const auctionId of unsettled) {
    problems.push(`auction ${auctionId} is not settled ${SETTLE_PATIENCE_MS / 1_000} s after the end of all`)
  }
  say('every auction is settled')
  return problems
}

interface CollectParts {
  hall: Hall
  stack: CrashStack
  say: Say
  stopCron: () => void
  moves: MoveBook
  options: CrashOptions
}

/** What the API says, then what is on disk after one last `kill -9` of the Worker and of the database. */
async function collect({ hall, stack, say, stopCron, moves, options }: CollectParts): Promise<Collected> {
  const api = hall.newApi()
  const shown = new Map<number, PublicAnswers>()
  for (const { auctionId } of hall.lots) shown.set(auctionId, await readPublicAnswers(api, auctionId))
  // Who was suspended has no other session than the one they had.
  const asking = [...hall.bidders, ...hall.guests.filter(({ person }) => person.isSignedIn)]
  const people = new Map(asking.map(({ person }) => [person.userId, person]))
  const offers = hall.book.all
  let told = 0
  const repetitions = await repeatOffers(
    offers.filter(({ userId }) => people.has(userId)),
    people,
    (done, of) => {
      if (done < told + 1_000 && done < of) return
      told = done
      say(`${done} of ${of} ids repeated`)
    },
  )
  if (options.hasBuyingPower) await sleep(REPORTED_MS)
  stopCron()
  await stack.endWorker()
  await stack.killDatabase(0)
  return {
    lots: hall.lots,
    offers,
    moves,
    recordsOf: (auctionId) => hall.recordsOf(auctionId),
    repetitions,
    shown,
    rooms: readRoomFiles(stack.storageDir),
    rows: await readMysqlRows(stack.databaseUrl),
  }
}

function findHeldWrongly({ rooms, rows }: Collected, stack: CrashStack): string[] {
  const settled = rows.auctions.filter(({ settled_at }) => settled_at !== null).map(({ id }) => id)
  return checkHolds({ rooms, holds: readHoldFiles(stack.storageDir), settled: new Set(settled) })
}

/** A run that broke less than it should proves less than it says. */
function findWeakness(faults: readonly Fault[], hall: Hall, fewestOpen: number): string[] {
  const problems: string[] = []
  if (faults.length < FAULTS_MIN) problems.push(`only ${faults.length} faults`)
  if (tally(hall).lost === 0) problems.push('no answer was ever lost')
  if (fewestOpen < AT_ONCE_MIN) problems.push(`there were only ${fewestOpen} auctions at once`)
  return problems
}
