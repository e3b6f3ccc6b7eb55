/** What nobody should ever see, however much is broken: counted by its text. */
export class Surprises {
  readonly #counts = new Map<string, number>()

  note(text: string): void {
    this.#counts.set(text, (this.#counts.get(text) ?? 0) + 1)
  }

  /** Each text with how often it came. */
  list(): string[] {
    return [...this.#counts].map(([text, count]) => (count === 1 ? text : `${text} (${count} times)`))
  }
}
