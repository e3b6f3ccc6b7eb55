/**
 * `npm run test:crash`: the real stack, broken at random while people bid, must have lost nothing and decided nothing
 * twice. `--seed N` repeats the plan of a run (what is broken when, who bids what), not the order in which processes
 * happen to run. `--minutes N` is how long things are broken, `--short` a minute; with `--buying-power` every bid is held
 * for first (M18), with `--no-buying-power` none: without either the seed decides.
 */
import { relative } from 'node:path'
import { readArguments } from './arguments.ts'
import { CHECKS } from './checks/check-auction.ts'
import { FAULT_KINDS } from './faults.ts'
import { keepEvidence } from './keep-evidence.ts'
import { countRescued, describeMoves, describeTally, printProblems, printTable, tally } from './report.ts'
import { describeTalks, printListingProblems } from './report-talks.ts'
import { runCrash } from './run.ts'
import { CrashStack } from './stack.ts'

const print = (line: string) => console.log(line)
const startedAt = performance.now()
const say = (text: string) =>
  print(`[${((performance.now() - startedAt) / 1_000).toFixed(1).padStart(6)} s] ${text}`)

const options = readArguments(process.argv.slice(2))
print(
  `seed ${options.seed}, ${options.chaosMs / 60_000} min, buying power ${options.hasBuyingPower ? 'on' : 'off'}   (again: npm run test:crash -- --seed ${options.seed})`,
)
const opening = CrashStack.open(say, options)
let stopping: Promise<void> | undefined
const stop = () => {
  // What has not come up cleans up behind itself.
  stopping ??= opening.then(
    (stack) => stack.stop(),
    () => undefined,
  )
  return stopping
}
for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) {
  process.once(signal, () => void stop().finally(() => process.exit(1)))
}
const stack = await opening
say(`the stack runs at ${stack.url}`)

try {
  const result = await runCrash(stack, options, say)
  const { findings, listings, problems, faults, hall, moves, untried } = result
  print('')
  printTable(findings, print)
  print('')
  print(describeTally(tally(hall)))
  print(describeMoves(moves, findings))
  for (const line of describeTalks(result)) print(line)
  print(`${countRescued(findings)} bids were written before the sending whose answer told their bidder`)
  print(
    `${faults.length} faults: ${FAULT_KINDS.map((kind) => `${faults.filter((fault) => fault.kind === kind).length} × ${kind}`).join(', ')}`,
  )
  if (untried.length > 0) print(`not tried this time: ${untried.join(', ')}`)
  const found = [
    ...findings.flatMap(({ problems }) => CHECKS.flatMap((check) => problems[check])),
    ...listings.flatMap(({ problems }) => problems),
  ]
  for (const problem of problems) print(problem)
  printProblems(findings, print)
  printListingProblems(listings, print)
  const count = found.length + problems.length
  print(
    count === 0
      ? `nothing lost, nothing different   (seed ${options.seed})`
      : `${count} differences   (seed ${options.seed})`,
  )
  if (count > 0) print(`kept in ${relative('.', keepEvidence(stack, options.seed, result))}`)
  process.exitCode = count === 0 ? 0 : 1
} catch (error) {
  console.error(error)
  process.exitCode = 1
} finally {
  await stop()
}
process.exit()
