/**
 * npm run test:sim [-- --seed N] [-- --histories N]
 * Plays histories from the seed 1 on, or from N. A single seed prints its whole history.
 */
import { parseArgs } from 'node:util'
import { playHistories } from './histories.ts'
import { playHistory } from './history.ts'
import { watchHistories } from './watchdog.ts'
import { Violation } from './world.ts'

const HISTORIES = 10_000
const PROGRESS_EVERY = 500
const LAST_LINES = 60

const { values } = parseArgs({ options: { seed: { type: 'string' }, histories: { type: 'string' } } })
const seed = readNumber('seed', values.seed) ?? 1
const histories = readNumber('histories', values.histories) ?? (values.seed === undefined ? HISTORIES : 1)

const noteBegin = watchHistories()

function readNumber(name: string, text: string | undefined): number | null {
  if (text === undefined) return null
  const number = Number(text)
  if (Number.isSafeInteger(number) && number >= 0) return number
  throw new RangeError(`--${name} wants a whole number, not ${text}`)
}

async function replay(seed: number, count = Number.POSITIVE_INFINITY): Promise<Error | null> {
  const lines: string[] = []
  noteBegin(seed)
  const { violation } = await playHistory({ seed, lines })
  console.log(lines.slice(-count).join('\n'))
  return violation
}

async function replayOne(): Promise<void> {
  const violation = await replay(seed)
  console.log(violation === null ? `\nseed ${seed}: nothing is wrong` : `\nseed ${seed}: ${violation.stack}`)
  process.exitCode = violation === null ? 0 : 1
}

async function playAll(): Promise<void> {
  noteBegin(seed)
  const beganMs = performance.now()
  const seconds = () => (performance.now() - beganMs) / 1_000
  const { played, failures, steps, entries } = await playHistories(
    { first: seed, count: histories },
    (count) => {
      noteBegin(seed + count)
      if (count % PROGRESS_EVERY === 0) console.log(`${count} histories, ${seconds().toFixed(0)} s`)
    },
  )
  console.log(
    `${played} histories from seed ${seed}: ${steps} steps, ${entries} ledger entries, ` +
      `${failures.length} wrong, ${seconds().toFixed(1)} s`,
  )
  const [first] = failures
  if (first === undefined) return
  process.exitCode = 1
  console.log(`\nThe last ${LAST_LINES} lines of seed ${first.seed}:`)
  await replay(first.seed, LAST_LINES)
  if (!(first.violation instanceof Violation)) console.log(`\n${first.violation.stack}`)
  console.log('')
  for (const { seed, violation } of failures) {
    console.log(`seed ${seed}: ${violation.message}\n  npm run test:sim -- --seed ${seed}`)
  }
}

await (histories === 1 ? replayOne() : playAll())
