import { readFileSync } from 'node:fs'
import { z } from 'zod'
import type { AbuseCase } from '../cases/case.ts'

const KINDS_SHOWN = 10
/** A token's header and payload, as every JWT has them. */
const TOKEN_PATTERN = /eyJ[\w-]{10,}\.eyJ[\w-]{10,}/
/** What workerd itself says: of its configuration, and of sockets whose bytes were no frames. */
const WORKERDS_OWN = [
  /^service main: The compatibility flag /,
  /WebSocket protocol error; protocolError\.statusCode = 10/,
]
const lineSchema = z.looseObject({ level: z.string(), event: z.string() })

/** Everything that the Worker wrote of the whole run. */
export const auditLog: AbuseCase = {
  name: 'log',
  title: 'What the Worker wrote about all of it',
  limits: 'on',
  async run({ stack, witness, checks }) {
    const lines = readFileSync(stack.workerLog, 'utf8')
      .split('\n')
      .filter((line) => line !== '')
    const strange = new Map<string, string>()
    const errors = new Map<string, string>()
    const withToken: string[] = []
    for (const line of lines) {
      witness.seeSecrets(null, 'the log', line)
      if (TOKEN_PATTERN.test(line)) withToken.push(line.slice(0, 200))
      const parsed = lineSchema.safeParse(parseJson(line))
      if (WORKERDS_OWN.some((pattern) => pattern.test(line))) continue
      if (!parsed.success) strange.set(line.replace(/\d+/g, '0').slice(0, 80), line)
      else if (parsed.data.level === 'error') errors.set(parsed.data.event, line)
    }
    checks.none('no line holds a token', withToken, lines.length)
    checks.none('no line tells of an error', show(errors), lines.length)
    checks.none('every line is one of the Worker’s own', show(strange), lines.length)
  },
}

const show = (found: Map<string, string>): string[] =>
  [...found.values()].slice(0, KINDS_SHOWN).map((line) => line.slice(0, 300))

function parseJson(line: string): unknown {
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
