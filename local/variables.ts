import { readFileSync, writeFileSync } from 'node:fs'
import { parseEnv } from 'node:util'
import { VARIABLE_NAMES } from '../src/platform/env.ts'

export interface Variables {
  values: Record<string, string>
  /** The names whose value is not the generated one, and where it comes from. */
  overridden: Map<string, 'environment' | '.dev.vars'>
}

/** Puts the developer's own values over the generated ones: an environment variable wins over `.dev.vars`. */
export function resolveVariables(
  generated: Record<string, string>,
  environment: NodeJS.ProcessEnv,
  devVars: Record<string, string>,
): Variables {
  const values = { ...generated }
  const overridden: Variables['overridden'] = new Map()
  const put = (name: string, value: string | undefined, source: 'environment' | '.dev.vars') => {
    // An empty value counts as not set, as in the Worker itself.
    if (value === undefined || value === '' || value === values[name]) return
    values[name] = value
    overridden.set(name, source)
  }
  for (const [name, value] of Object.entries(devVars)) put(name, value, '.dev.vars')
  for (const name of new Set([...Object.keys(values), ...VARIABLE_NAMES])) {
    put(name, environment[name], 'environment')
  }
  return { values, overridden }
}

/** The variables in `.dev.vars`; none where there is no such file. */
export function readDevVars(path = '.dev.vars'): Record<string, string> {
  let text: string
  try {
    text = readFileSync(path, 'utf8')
  } catch {
    return {}
  }
  const values: Record<string, string> = {}
  for (const [name, value] of Object.entries(parseEnv(text))) if (value !== undefined) values[name] = value
  return values
}

/** Writes a file for `wrangler dev --env-file`, from which every value comes back as it is. */
export function writeEnvFile(path: string, values: Record<string, string>): void {
  const lines = Object.entries(values).map(([name, value]) => `${name}=${quoteValue(name, value)}`)
  writeFileSync(path, `${lines.join('\n')}\n`, { mode: 0o600 })
}

/** wrangler reads the file with dotenv (no escapes within quotes), then replaces `$NAME`. */
function quoteValue(name: string, value: string): string {
  const quote = ["'", '`', '"'].find((mark) => !value.includes(mark))
  if (!quote) throw new Error(`${name} holds all three kinds of quotes, which a file of variables cannot.`)
  return quote + value.replaceAll('$', '\\$') + quote
}
