/** `npm run bench`: how fast the rooms are, each figure beside a bare object's in the same run (see README.md). */
import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { describeMachine } from './machine.ts'
import { contestOf, type Options, PARTS, type Part, planOf, readOptions, USAGE } from './options.ts'
import { measureBacklog } from './parts/backlog.ts'
import { measureEngine } from './parts/engine.ts'
import { profileRoom } from './parts/profile.ts'
import { measureReads } from './parts/reads.ts'
import { measureRows } from './parts/rows.ts'
import { measureSearches } from './parts/searches.ts'
import { measureSockets } from './parts/sockets.ts'
import { measureVin } from './parts/vin.ts'
import { measureWake } from './parts/wake.ts'
import { drawPlots } from './report/plots.ts'
import { describeResults } from './report/print.ts'
import type { Results } from './report/results.ts'
import { openStage, type Stage } from './stack/stage.ts'

const KEPT_DIR = 'bench/results'

const say = (line: string): void => console.log(`  ${line}`)

let options: Options
try {
  options = readOptions(process.argv.slice(2))
} catch (error) {
  console.error(`${error instanceof Error ? error.message : error}\n${USAGE}`)
  process.exit(2)
}

let stage: Stage | undefined
let closing: Promise<void> | undefined
const close = (): Promise<void> => {
  closing ??= stage?.close() ?? Promise.resolve()
  return closing
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  // Whatever is measured then fails, and what was started is ended below.
  process.on(signal, () => void close().then(() => process.exit(130)))
}

try {
  await run()
} catch (error) {
  if (closing === undefined) {
    console.error(error)
    process.exitCode = 1
  }
} finally {
  await close()
}

async function run(): Promise<void> {
  const { storageDir, profiledSockets, parts, isQuick } = options
  say('building and starting')
  stage = await openStage(say, storageDir === null ? {} : { storageDir })
  if (profiledSockets !== null) {
    console.log(await profileRoom(stage, contestOf(profiledSockets)))
    return
  }
  const results: Results = { machine: describeMachine(stage.storageRoot), isQuick }
  for (const part of parts) {
    say(`measuring: ${part}`)
    await measure(part, stage, results)
  }
  console.log(`\n${describeResults(results)}`)
  // Only a whole run is kept with the sources.
  const isWhole = parts.length === PARTS.length && !isQuick && storageDir === null
  const dir = isWhole ? KEPT_DIR : join(stage.dataDir, 'results')
  mkdirSync(dir, { recursive: true })
  writeFileSync(join(dir, 'latest.json'), `${JSON.stringify(results, null, 2)}\n`)
  for (const [name, svg] of drawPlots(results)) writeFileSync(join(dir, name), svg)
  say(`written to ${dir}`)
}

async function measure(part: Part, stage: Stage, results: Results): Promise<void> {
  const plan = planOf(options)
  switch (part) {
    case 'engine': {
      const { histories, rounds, forMs } = plan.engine
      results.engine = await measureEngine(histories, rounds, forMs)
      return
    }
    case 'rows':
      results.rows = await measureRows(stage, plan.rows.bids)
      return
    case 'sockets':
      results.sockets = await measureSockets(stage, plan.sockets, say)
      return
    case 'auctions':
      results.auctions = await measureSockets(stage, plan.auctions, say)
      return
    case 'wake':
      results.wake = await measureWake(stage, plan.wake)
      return
    case 'backlog':
      results.backlog = await measureBacklog(stage, plan.backlog)
      return
    case 'reads':
      results.reads = await measureReads(stage, plan.reads)
      return
    case 'searches':
      results.searches = await measureSearches(stage, plan.searches)
      return
    case 'vin':
      results.vin = await measureVin(stage, plan.vin)
  }
}
