import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { unstable_getVarsForDev } from 'wrangler'
import { keepSecrets } from '../../local/clerk.ts'
import { readDevVars, resolveVariables, writeEnvFile } from '../../local/variables.ts'
import { VARIABLE_NAMES } from '../../src/platform/env.ts'

let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'variables-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

/** What the Worker gets to see of a file of variables. */
function readAsWrangler(file: string): Record<string, unknown> {
  const bindings = unstable_getVarsForDev(join(dir, 'wrangler.toml'), [file], {}, undefined, true)
  return Object.fromEntries(
    Object.entries(bindings).map(([name, binding]) => [name, 'value' in binding && binding.value]),
  )
}

describe('variables', () => {
  test('one of the environment wins over .dev.vars, and that over the generated one', () => {
    const generated = { A: 'generated', B: 'generated', C: 'generated' }
    const { values, overridden } = resolveVariables(generated, { C: 'own' }, { B: 'file', C: 'file' })
    expect(values).toEqual({ A: 'generated', B: 'file', C: 'own' })
    expect([...overridden]).toEqual([
      ['B', '.dev.vars'],
      ['C', 'environment'],
    ])
  })

  test('an empty one counts as not set', () => {
    expect(resolveVariables({ A: 'generated' }, { A: '' }, { A: '' }).values).toEqual({ A: 'generated' })
  })

  test('of the environment only what the Worker reads is passed on', () => {
    const environment = { HOME: '/home', METRICS_TOKEN: 'a token of mine', A: 'own' }
    expect(resolveVariables({ A: 'generated' }, environment, {}).values).toEqual({
      A: 'own',
      METRICS_TOKEN: 'a token of mine',
    })
  })

  test('.dev.vars.example names each that the Worker reads, and changes nothing when copied as it is', () => {
    const example = readDevVars('.dev.vars.example')
    expect(Object.keys(example).sort()).toEqual([...VARIABLE_NAMES].sort())
    expect(Object.values(example).filter((value) => value !== '')).toEqual([])
  })

  test('.dev.vars is read, and need not be there', () => {
    expect(readDevVars(join(dir, 'none'))).toEqual({})
    const path = join(dir, '.dev.vars')
    writeFileSync(path, '# a comment\nA=one\nB="two\\nlines"\nEMPTY=\n')
    expect(readDevVars(path)).toEqual({ A: 'one', B: 'two\nlines', EMPTY: '' })
  })

  test('every value reaches the Worker as it is, the PEM of several lines too', () => {
    const values = {
      PEM: keepSecrets(dir).clerkPublicKey,
      // biome-ignore lint/suspicious/noTemplateCurlyInString: wrangler must not fill it in
      DOLLARS: 'a$HOME b${HOME} $$ \\$x',
      BACKSLASH: 'a\\nb\\',
      HASH: 'a # b',
      QUOTES: `it's "so"`,
      EMPTY: '',
      SPACES: ' a ',
      LINES: 'x\ny',
    }
    const file = join(dir, 'worker.env')
    writeEnvFile(file, values)
    expect(readAsWrangler(file)).toEqual(values)
  })
})
