import { createHash } from 'node:crypto'

type Argument = string | Buffer

/** Flags of a script's first line that only Upstash's server knows; Redis refuses a script that has them. */
const FOREIGN_FLAGS = new Set(['allow-key-locking'])

/** Takes those flags out of scripts, and lets clients go on calling a script by the digest of what they wrote. */
export class Scripts {
  readonly #digests = new Map<string, string>()

  /** The command as Redis understands it. */
  translate(name: string, args: Argument[]): Argument[] {
    const [first, ...rest] = args
    switch (name) {
      case 'EVAL':
      case 'EVAL_RO':
        return first === undefined ? args : [this.#rewrite(String(first)), ...rest]
      case 'EVALSHA':
      case 'EVALSHA_RO':
        return first === undefined ? args : [this.#digestFor(String(first)), ...rest]
      case 'SCRIPT':
        return this.#translateScript(String(first).toUpperCase(), args)
      default:
        return args
    }
  }

  /** The answer to a command as the client expects it. */
  answer(name: string, args: Argument[], reply: unknown): unknown {
    const isLoad = name === 'SCRIPT' && String(args[0]).toUpperCase() === 'LOAD'
    return isLoad && args[1] !== undefined ? Buffer.from(sha1(String(args[1]))) : reply
  }

  #translateScript(subcommand: string, args: Argument[]): Argument[] {
    const [first = '', ...rest] = args
    if (subcommand === 'LOAD') return [first, ...rest.map((script) => this.#rewrite(String(script)))]
    if (subcommand === 'EXISTS') return [first, ...rest.map((digest) => this.#digestFor(String(digest)))]
    return args
  }

  #digestFor(digest: string): string {
    return this.#digests.get(digest.toLowerCase()) ?? digest
  }

  #rewrite(script: string): string {
    const rewritten = script.replace(/^#!lua[^\n]*/, (line) =>
      line.replace(/ flags=(\S+)/, (_, flags: string) => {
        const known = flags.split(',').filter((flag) => !FOREIGN_FLAGS.has(flag))
        return known.length === 0 ? '' : ` flags=${known.join(',')}`
      }),
    )
    if (rewritten !== script) this.#digests.set(sha1(script), sha1(rewritten))
    return rewritten
  }
}

function sha1(text: string): string {
  return createHash('sha1').update(text).digest('hex')
}
