import type { Answer } from '../clients/http.ts'
import type { Person } from '../scene/people.ts'

const KEPT_MAX = 200
const TEXT_MAX_CHARS = 300
const INTERNAL_ERROR = 500

/** What nobody but those named may ever be told. */
export interface Confidence {
  /** What it is, for the report. */
  name: string
  text: string
  /** Whether it stands by itself: a number is not looked for within longer ones. */
  isNumber: boolean
  mayKnow: (person: Person | null) => boolean
}

export interface Finding {
  kind: string
  detail: string
}

/** Of this app's own making and of what it runs on; no payload contains one. */
const TRACES: readonly (readonly [kind: string, pattern: RegExp])[] = [
  ['a stack', /(?:\\n|\n)\s+at \S|\bat (?:async )?[\w.<>$]+ \(|\.[cm]?[jt]s:\d+:\d+/],
  [
    'SQL',
    /`(?:\w+)`\.`\w+`|\b(?:select|update|insert into|delete from) `|Failed query|You have an error in your/i,
  ],
  [
    'the database’s words',
    /SQLSTATE|sqlstate|\bER_[A-Z_]{4,}|\(errno \d+\)|vttablet|SQLITE_[A-Z]+|no such table/,
  ],
  ['a library’s name', /drizzle|planetscale|upstash|miniflare|node_modules/i],
  ['an executed payload', /Qx7pWn/],
]

/** Looks at everything that anybody receives, for what they must never receive. */
export class Witness {
  readonly #confidences: (Confidence & { pattern: RegExp | null })[] = []
  #findings: Finding[] = []
  #found = 0
  #seen = 0

  /** From now on `confidence` is looked for in all that others receive. */
  keep(confidence: Confidence): void {
    const { isNumber, text } = confidence
    const escaped = text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
    const pattern = isNumber ? new RegExp(`(?<![\\d.])${escaped}(?!\\d)`) : null
    this.#confidences.push({ ...confidence, pattern })
  }

  seeAnswer(viewer: Person | null, what: string, { status, headers, text }: Answer): void {
    if (status >= INTERNAL_ERROR) this.note(`answered ${status}`, `${what}: ${text}`)
    if ('x-injected' in headers) this.note('an injected header', what)
    this.see(viewer, what, `${JSON.stringify(headers)}\n${text}`)
  }

  /** `viewer` null: somebody who is not signed in. */
  see(viewer: Person | null, what: string, text: string): void {
    for (const [kind, pattern] of TRACES) {
      const found = pattern.exec(text)
      if (found) this.note(kind, `${what}: …${text.slice(Math.max(0, found.index - 60), found.index + 120)}…`)
    }
    this.seeSecrets(viewer, what, text)
  }

  /** Looks for secrets alone, as in what is no answer to anybody. */
  seeSecrets(viewer: Person | null, what: string, text: string): void {
    this.#seen += 1
    for (const { name, text: secret, pattern, mayKnow } of this.#confidences) {
      const isThere = pattern === null ? text.includes(secret) : pattern.test(text)
      if (isThere && !mayKnow(viewer)) {
        this.note(name, `${viewer?.name ?? 'a stranger'} received it: ${what}: ${text}`)
      }
    }
  }

  note(kind: string, detail: string): void {
    this.#found += 1
    if (this.#findings.length < KEPT_MAX) {
      this.#findings.push({ kind, detail: detail.slice(0, TEXT_MAX_CHARS) })
    }
  }

  /** What was found since the last call, and among how many things seen. */
  take(): { findings: Finding[]; found: number; seen: number } {
    const taken = { findings: this.#findings, found: this.#found, seen: this.#seen }
    this.#findings = []
    this.#found = 0
    this.#seen = 0
    return taken
  }
}
