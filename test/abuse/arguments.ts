import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'

export interface AbuseOptions {
  seed: string
  /** The names of the cases to run; empty: all. */
  only: string[]
}

const SEEDS = 2 ** 32

/** `--seed N`, `--only <case>` (may be repeated). @throws Error for anything else */
export function readArguments(args: string[], caseNames: readonly string[]): AbuseOptions {
  const { values } = parseArgs({
    args,
    options: { seed: { type: 'string' }, only: { type: 'string', multiple: true } },
  })
  const only = values.only ?? []
  const unknown = only.find((name) => !caseNames.includes(name))
  if (unknown !== undefined) throw new Error(`There is no case "${unknown}": ${caseNames.join(', ')}`)
  return { seed: values.seed ?? String(randomInt(SEEDS)), only }
}
