import type { Witness } from './evidence/witness.ts'
import type { Pace } from './honest/pace.ts'

const FINDINGS_SHOWN = 12

export interface Verdict {
  what: string
  ok: boolean
}

/** What one case found, told as it is found. */
export class Checks {
  readonly verdicts: Verdict[] = []
  /** Messages that the case sent to the server. */
  sent = 0

  /** A sentence that must hold; `detail` says what was seen. */
  that(what: string, ok: boolean, detail = ''): void {
    this.verdicts.push({ what, ok })
    console.log(`  ${ok ? '✓' : '✗'} ${what}${detail === '' ? '' : `: ${detail}`}`)
  }

  /** A sentence about many things, of which `failures` did not obey it. */
  none(what: string, failures: readonly string[], of: number): void {
    this.that(
      what,
      failures.length === 0 && of > 0,
      failures.length === 0 ? `${of} of ${of}` : `${failures.length} of ${of} not`,
    )
    for (const failure of failures.slice(0, FINDINGS_SHOWN)) console.log(`      ${failure}`)
  }

  /** A figure, measured and not judged. */
  note(text: string): void {
    console.log(`    ${text}`)
  }

  get failed(): number {
    return this.verdicts.filter(({ ok }) => !ok).length
  }
}

/** What must hold in every case: no 5xx, nobody hangs, nothing leaks. */
export function judgeWitness(checks: Checks, witness: Witness): void {
  const { findings, found, seen } = witness.take()
  checks.that(
    'nothing answered 5xx or hung, nothing leaked',
    found === 0,
    `${seen} answers and frames looked at`,
  )
  const kinds = Map.groupBy(
    findings,
    ({ kind, detail }) => `${kind}: ${detail.split(/[?:]/)[0]?.replace(/\d+/g, '…')}`,
  )
  for (const alike of [...kinds.values()].slice(0, FINDINGS_SHOWN)) {
    const [first] = alike
    console.log(`      ${alike.length} × ${first?.kind}: ${first?.detail}`)
  }
}

export interface CaseReport {
  name: string
  checks: number
  failed: number
  sent: number
  seconds: number
  pace: Pace | null
}

export function printTable(reports: readonly CaseReport[], baselines: readonly Pace[]): void {
  const before = baselines.map(({ p99Ms }) => `${p99Ms.toFixed(1)} ms`).join(' and ')
  console.log(
    `\nHonest bidders in another auction, acknowledgement p99 with nothing else going on: ${before}`,
  )
  const rows = [
    ['case', 'checks', 'failed', 'sent', 'honest p50', 'p99', 'worst', 'seconds', ''],
    ...reports.map(({ name, checks, failed, sent, seconds, pace }) => [
      name,
      String(checks),
      String(failed),
      String(sent),
      ...(pace === null
        ? ['', '', '']
        : [pace.p50Ms, pace.p99Ms, pace.worstMs].map((ms) => `${ms.toFixed(1)} ms`)),
      seconds.toFixed(1),
      failed === 0 ? 'ok' : 'FAILED',
    ]),
  ]
  const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? []
  for (const row of rows) {
    const cells = row.map((cell, column) => {
      const width = widths[column] ?? 0
      return column === 0 || column === row.length - 1 ? cell.padEnd(width) : cell.padStart(width)
    })
    console.log(cells.join('  ').trimEnd())
  }
}
