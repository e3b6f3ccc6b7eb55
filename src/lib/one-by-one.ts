/** Runs what is asked for by the same key one after the other, in the order of asking. */
export class OneByOne<Key> {
  readonly #last = new Map<Key, Promise<unknown>>()

  run<T>(key: Key, work: () => Promise<T>): Promise<T> {
    const before = this.#last.get(key)
    const running = before === undefined ? work() : before.then(work, work)
    this.#last.set(key, running)
    const forget = () => {
      if (this.#last.get(key) === running) this.#last.delete(key)
    }
    running.then(forget, forget)
    return running
  }
}
