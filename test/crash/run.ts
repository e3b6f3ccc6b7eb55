import { setTimeout as sleep } from 'node:timers/promises'
import type { CrashOptions } from './arguments.ts'
import { checkAuction, type Finding } from './checks/check-auction.ts'
import { checkListing, type ListingFinding } from './checks/check-talks.ts'
import { collect, endEverything, findHeldWrongly } from './ending.ts'
import { sortEvidence } from './evidence/evidence.ts'
import type { TalkRows } from './evidence/talk-rows.ts'
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
import { TalkBook } from './talks/act.ts'
import { Appointments, countMissed } from './talks/appointments.ts'
import { Bargaining } from './talks/bargaining.ts'
import { Negotiator } from './talks/negotiator.ts'
import { every, waitUntil } from './waiting.ts'

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

export interface CrashResult {
  readonly findings: readonly Finding[]
  /** What belongs to no single auction. */
  readonly problems: readonly string[]
  readonly faults: readonly Fault[]
  readonly hall: Hall
  readonly moves: MoveBook
  readonly listings: readonly ListingFinding[]
  readonly talks: TalkBook
  readonly bargaining: Bargaining
  /** Deadlines that passed while the database or the Worker was away. */
  readonly missed: number
  /** What a slow machine left no time for: no difference, but the run proves less than another. */
  readonly untried: readonly string[]
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
  const bargaining = new Bargaining({ hall, random: random.stream('bargaining') })
  await bargaining.list()
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
  const [first, firstTalks] = await Promise.all([openRound(hall), bargaining.open(lastEndAt)])
  const talks = new TalkBook()
  const appointments = new Appointments(random.stream('deadlines'))
  const negotiator = new Negotiator({ book: talks, databaseUrl: stack.databaseUrl, appointments })
  // What is asked first is asked while nothing fails: a minute of faults leaves few answers.
  const negotiations = bargaining.run(firstTalks, negotiator, {
    until: lastEndAt - LAST_END_MS,
    latestEndAt: lastEndAt,
  })
  negotiations.catch(() => undefined)
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
      beforeOutage: () => appointments.keep(),
      burst: (readMs) => hall.burst(readMs),
      onFault: (fault) => {
        faults.push(fault)
        // A slow machine's last faults come after the long auctions' time.
        if (Date.now() < lastEndAt) fewestOpen = Math.min(fewestOpen, hall.openLots.length)
        say(`fault ${faults.length}: ${describeFault(fault)}`)
      },
    })
    await chaos
    appointments.close()
    say('everything is back')
    await sleep(Math.max(0, lastEndAt + OVERTIME_MS - Date.now()))
    end.resolve()
    await Promise.all([slots, rounds, negotiations])
    stopProgress()
    const problems = await endEverything({ hall, stack, living, say })
    const collected = await collect({ hall, stack, say, stopCron, moves, options, talks, bargaining })
    if (options.hasBuyingPower) problems.push(...findHeldWrongly(collected, stack))
    const { auctions, listings, problems: unsorted } = sortEvidence(collected)
    say('checking')
    const missed = countMissed(talks.moved, stack.outages)
    problems.push(...unsorted, ...surprises.list(), ...findWeakness({ faults, hall, fewestOpen }))
    return {
      findings: auctions.map(checkAuction),
      listings: listings.map(checkListing),
      problems,
      faults,
      hall,
      moves,
      talks,
      bargaining,
      missed,
      untried: findUntried(collected.talkRows, missed),
    }
  } finally {
    end.resolve()
    stopCron()
    stopProgress()
    hall.leave()
  }
}

/** How a negotiation ends that somebody, and that nobody answers: nearly every run has both of both kinds. */
function findUntried({ decisions, offers }: TalkRows, missed: number): string[] {
  const untried: string[] = []
  for (const stage of ['sold', 'expired']) {
    if (!decisions.some((row) => row.stage === stage)) untried.push(`no decision was ${stage}`)
  }
  for (const status of ['accepted', 'expired']) {
    if (!offers.some((row) => row.status === status)) untried.push(`no offer was ${status}`)
  }
  if (missed === 0) untried.push('no deadline passed while the database or the Worker was away')
  return untried
}

/** A run that broke less than it should proves less than it says. */
function findWeakness({
  faults,
  hall,
  fewestOpen,
}: {
  faults: readonly Fault[]
  hall: Hall
  fewestOpen: number
}): string[] {
  const problems: string[] = []
  if (faults.length < FAULTS_MIN) problems.push(`only ${faults.length} faults`)
  if (tally(hall).lost === 0) problems.push('no answer was ever lost')
  if (fewestOpen < AT_ONCE_MIN) problems.push(`there were only ${fewestOpen} auctions at once`)
  return problems
}
