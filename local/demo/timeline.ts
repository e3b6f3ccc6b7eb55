import { isDeepStrictEqual } from 'node:util'

const CLOCK_WIDTH = 7
const WHO_WIDTH = 14

/** Prints the sale as it happens, and keeps count of what differs from the rules. */
export class Timeline {
  readonly #startedMs = performance.now()
  readonly #differences: string[] = []
  #checks = 0

  say(who: string, what: string): void {
    const seconds = ((performance.now() - this.#startedMs) / 1_000).toFixed(1)
    console.log(`${`${seconds}s`.padStart(CLOCK_WIDTH)}  ${who.padEnd(WHO_WIDTH)} ${what}`)
  }

  heading(text: string): void {
    console.log(`\n${text}`)
  }

  /** One expectation; `rule` names where it comes from. */
  expect(rule: string, actual: unknown, expected: unknown): void {
    this.#checks += 1
    if (isDeepStrictEqual(actual, expected)) return
    const difference = `${rule}: expected ${JSON.stringify(expected)}, got ${JSON.stringify(actual)}`
    this.#differences.push(difference)
    this.say('DIFFERS', difference)
  }

  /** Prints the result; true where everything was as the rules say. */
  close(): boolean {
    const count = this.#differences.length
    console.log(
      count === 0
        ? `\n✓ ${this.#checks} checks, everything as the rules say`
        : `\n✗ ${count} of ${this.#checks} checks differ:\n${this.#differences.map((line) => `  ${line}`).join('\n')}`,
    )
    return count === 0
  }
}

export const dollarText = (amount: number): string =>
  `$${amount.toLocaleString('en-US', { minimumFractionDigits: Number.isInteger(amount) ? 0 : 2 })}`
