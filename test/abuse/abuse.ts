/**
 * What a server must bear from people who mean no good: `npm run test:abuse`. Exit status 1 where it does not.
 * `--seed N` repeats a run's randomness, `--only <case>` runs one case.
 */
import { setTimeout as sleep } from 'node:timers/promises'
import { Random } from '../crash/random.ts'
import { readArguments } from './arguments.ts'
import type { AbuseCase, Stage } from './cases/case.ts'
import { CASES } from './cases/index.ts'
import { HttpClient } from './clients/http.ts'
import { auditLog } from './evidence/log-audit.ts'
import { keepSecrets } from './evidence/secrets.ts'
import { Witness } from './evidence/witness.ts'
import { describeHarm, HonestBidders } from './honest/honest-bidders.ts'
import type { Pace } from './honest/pace.ts'
import { type CaseReport, Checks, judgeWitness, printTable } from './report.ts'
import { People } from './scene/people.ts'
import { admitHonest, setScene } from './scene/scene.ts'
import { AbuseStack, type Limits } from './stack.ts'

/** No run may go on for ever, whatever hangs. */
const RUN_MAX_MS = 15 * 60_000
const SETTLE_MS = 500

const options = readArguments(
  process.argv.slice(2),
  CASES.map(({ name }) => name),
)
const chosen = CASES.filter(({ name }) => options.only.length === 0 || options.only.includes(name))
console.log(`seed ${options.seed}   (npm run test:abuse -- --seed ${options.seed})`)

let stack: AbuseStack | undefined
let honest: HonestBidders | undefined
const reports: CaseReport[] = []
const baselines: Pace[] = []

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => void finish(130))
setTimeout(() => {
  console.error(`The run has not ended within ${RUN_MAX_MS / 60_000} minutes`)
  void finish(1)
}, RUN_MAX_MS).unref()

try {
  await run()
  printTable(reports, baselines)
  await finish(reports.some(({ failed }) => failed > 0) ? 1 : 0)
} catch (error) {
  console.error(error)
  await finish(1)
}

async function run(): Promise<void> {
  const random = new Random(options.seed)
  const witness = new Witness()
  const limits = chosen.some((one) => one.limits === 'on') ? 'on' : 'off'
  const server = await AbuseStack.open(limits, (line) => console.log(`  ${line}`))
  stack = server
  keepSecrets(witness, stack.cloud)
  const http = new HttpClient(() => server.port, witness)
  const people = new People(http, stack.cloud.secrets.clerkPrivateKey)
  console.log('  people, vehicles, auctions')
  const scene = await setScene({ http, people, witness, random: random.stream('scene') })
  const stage = { stack, http, people, scene, witness, random }
  for (const one of ['on', 'off'] satisfies Limits[]) {
    const cases = chosen.filter(({ limits: wanted }) => wanted === one)
    if (cases.length === 0) continue
    if (one !== limits) {
      await honest?.stop()
      await stack.restart(one)
    }
    console.log(`\nWith limits ${one}: honest bidders take their pace`)
    honest = await HonestBidders.start(await admitHonest(http, scene, people.addresses.take()))
    baselines.push(honest.baseline)
    for (const each of cases) reports.push(await runCase(each, { ...stage, checks: new Checks() }, honest))
  }
  reports.push(await runCase(auditLog, { ...stage, checks: new Checks() }, null))
  http.close()
}

async function runCase(
  { name, title, run: act }: AbuseCase,
  stage: Stage,
  bidders: HonestBidders | null,
): Promise<CaseReport> {
  const { checks, http, stack: server, witness, random } = stage
  console.log(`\n${name}: ${title}`)
  const startedAt = performance.now()
  const sentBefore = http.sent
  await bidders?.takePace()
  try {
    await act({ ...stage, random: random.stream(name) })
  } catch (error) {
    checks.that('it ran to its end', false, error instanceof Error ? error.stack : String(error))
  }
  const seconds = (performance.now() - startedAt) / 1000
  await sleep(SETTLE_MS)
  judgeWitness(checks, witness)
  checks.that('the Worker lives', server.workerEnd === null, server.workerEnd ?? '')
  const pace = (await bidders?.takePace()) ?? null
  if (pace !== null) {
    const harm = describeHarm(pace)
    const figures = `p50 ${pace.p50Ms.toFixed(1)} ms, p99 ${pace.p99Ms.toFixed(1)} ms, seen by a watcher p99 ${pace.seenP99Ms.toFixed(1)} ms`
    checks.that(
      'honest bidders in another auction noticed nothing',
      harm.length === 0,
      harm.length === 0 ? `${pace.bids} bids, ${figures}` : `${harm.join('; ')} (${figures})`,
    )
  }
  const sent = checks.sent + http.sent - sentBefore
  return { name, checks: checks.verdicts.length, failed: checks.failed, sent, seconds, pace }
}

async function finish(status: number): Promise<never> {
  await honest?.stop().catch(() => {})
  await stack?.stop().catch((error: unknown) => console.error(error))
  process.exit(status)
}
