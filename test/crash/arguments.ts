import { randomInt } from 'node:crypto'
import { parseArgs } from 'node:util'
import { Random } from './random.ts'

export interface CrashOptions {
  seed: string
  /** How long things are broken; starting, ending and checking come on top. */
  chaosMs: number
  /** Every bid is held for first (M18); everybody has more than they will need. The seed says so where nobody does. */
  hasBuyingPower: boolean
}

const DEFAULT_MINUTES = 3
const SHORT_MINUTES = 1
const MINUTES_MAX = 120
const SEEDS = 2 ** 32

/** `--seed N`, `--minutes N`, `--short`, `--buying-power`, `--no-buying-power`. @throws Error for anything else */
export function readArguments(args: string[]): CrashOptions {
  const { values } = parseArgs({
    args,
    allowNegative: true,
    options: {
      seed: { type: 'string' },
      minutes: { type: 'string' },
      short: { type: 'boolean' },
      'buying-power': { type: 'boolean' },
    },
  })
  if (values.short && values.minutes !== undefined) throw new Error('Either --short or --minutes')
  const minutes = values.short ? SHORT_MINUTES : Number(values.minutes ?? DEFAULT_MINUTES)
  if (!(minutes >= SHORT_MINUTES && minutes <= MINUTES_MAX)) {
    throw new Error(`--minutes is from ${SHORT_MINUTES} to ${MINUTES_MAX}`)
  }
  const seed = values.seed ?? String(randomInt(SEEDS))
  return {
    seed,
    chaosMs: minutes * 60_000,
    hasBuyingPower: values['buying-power'] ?? new Random(seed).stream('buying power').chance(0.5),
  }
}
