import { setTimeout as sleep } from 'node:timers/promises'
import type { CrashOptions } from './arguments.ts'
import { checkHolds, owedBy } from './checks/check-holds.ts'
import type { Collected } from './evidence/evidence.ts'
import { readHoldFiles } from './evidence/hold-files.ts'
import { findUnsettled, isSomebodyUntold, readMysqlRows } from './evidence/mysql-rows.ts'
import { type PublicAnswers, readPublicAnswers, repeatOffers } from './evidence/public-answers.ts'
import { readRoomFiles } from './evidence/room-files.ts'
import { findDueTalks, readTalkRows } from './evidence/talk-rows.ts'
import type { Hall } from './hall.ts'
import type { MoveBook } from './house/moves.ts'
import type { CrashStack } from './stack.ts'
import type { TalkBook } from './talks/act.ts'
import type { Bargaining } from './talks/bargaining.ts'
import { repeatActs } from './talks/repeat-acts.ts'
import { waitUntil, within } from './waiting.ts'

const END_PATIENCE_MS = 90_000
const SETTLE_PATIENCE_MS = 120_000
/** A report that was not confirmed comes again within 15 s (M18). */
const REPORTED_MS = 25_000
/** Whom the sweeper did not reach it tells a minute later. */
const TOLD_PATIENCE_MS = 90_000

type Say = (text: string) => void

interface EndParts {
  hall: Hall
  stack: CrashStack
  living: readonly Promise<void>[]
  say: Say
}

/** Everybody gets their answers and sees the end; then MySQL must come to have it all by itself. */
export async function endEverything({ hall, stack, living, say }: EndParts): Promise<string[]> {
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
  let due: string[] = []
  await waitUntil(async () => {
    due = await findDueTalks(stack.databaseUrl)
    return due.length === 0
  }, SETTLE_PATIENCE_MS)
  for (const subject of due) {
    problems.push(`${subject} is still open ${SETTLE_PATIENCE_MS / 1_000} s after its deadline was to come`)
  }
  say('every deadline has passed')
  return problems
}

interface CollectParts {
  hall: Hall
  stack: CrashStack
  say: Say
  stopCron: () => void
  moves: MoveBook
  talks: TalkBook
  bargaining: Bargaining
  options: CrashOptions
}

/** What the API says, then what is on disk after one last `kill -9` of the Worker and of the database. */
export async function collect({
  hall,
  stack,
  say,
  stopCron,
  moves,
  options,
  talks,
  bargaining,
}: CollectParts): Promise<Collected> {
  const readAt = Date.now()
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
  await repeatActs(talks.acts, hall)
  if (options.hasBuyingPower) {
    await sleep(REPORTED_MS)
    await waitUntil(async () => !(await isSomebodyUntold(stack.databaseUrl)), TOLD_PATIENCE_MS)
  }
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
    listings: bargaining.listings,
    talks,
    talkRows: await readTalkRows(stack.databaseUrl),
    readAt,
  }
}

/** M18: what is held, against the ledgers and MySQL. */
export function findHeldWrongly({ rooms, rows, talkRows }: Collected, stack: CrashStack): string[] {
  const settled = rows.auctions.filter(({ settled_at }) => settled_at !== null).map(({ id }) => id)
  return checkHolds({
    rooms,
    holds: readHoldFiles(stack.storageDir),
    settled: new Set(settled),
    owed: owedBy(rows.orders, talkRows.decisions),
  })
}
