import { stripVTControlCharacters } from 'node:util'
import { z } from 'zod'

/** What wrangler says at every start and request, and the Worker's own lines say better. */
const NOISE = [
  /^\[wrangler:info\]/,
  /^Using secrets defined in /,
  /^Your Worker has access to the following bindings/,
  /^Binding\s+Resource/,
  /^env\./,
  /^⎔/,
]

/** wrangler marks what came by console.warn and console.error. */
const WRANGLER_PREFIX = /^(?:▲ \[WARNING\]|✘ \[ERROR\]) (?=\{)/

const requestSchema = z.object({
  event: z.literal('request'),
  method: z.string(),
  route: z.string(),
  status: z.number(),
  duration_ms: z.number(),
})
const eventSchema = z.looseObject({ level: z.string(), event: z.string() })

export interface LogLine {
  text: string
  /** Tells of nothing that went wrong. */
  isRoutine: boolean
}

/** A line of the Worker's output as the terminal shows it; undefined for what it does not show. */
export function describeLogLine(raw: string): LogLine | undefined {
  const line = stripVTControlCharacters(raw).replace(WRANGLER_PREFIX, '')
  if (line.trim() === '' || NOISE.some((pattern) => pattern.test(line))) return undefined
  const fields = parseJson(line)
  const request = requestSchema.safeParse(fields)
  if (request.success) {
    const { method, route, status, duration_ms } = request.data
    if (route === '/health') return undefined
    return { text: `${status} ${method} ${route} ${duration_ms} ms`, isRoutine: status < 500 }
  }
  const event = eventSchema.safeParse(fields)
  if (!event.success) return { text: line, isRoutine: false }
  const { level, event: name, ...rest } = event.data
  const details = Object.entries(rest)
    .filter(([, value]) => value !== null)
    .map(([key, value]) => `${key}=${typeof value === 'string' ? value : JSON.stringify(value)}`)
  const text = [level === 'info' ? name : `${level} ${name}`, ...details].join(' ')
  return { text, isRoutine: level === 'info' || level === 'debug' }
}

function parseJson(line: string): unknown {
  if (!line.startsWith('{')) return undefined
  try {
    return JSON.parse(line)
  } catch {
    return undefined
  }
}
