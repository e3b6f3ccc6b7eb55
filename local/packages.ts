import { execFileSync, spawnSync } from 'node:child_process'
import { accessSync, constants, existsSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Log } from './processes.ts'

// Debian keeps servers out of an ordinary user's PATH.
const MORE_PLACES = ['/usr/sbin', '/usr/local/sbin', '/usr/local/bin', '/opt/homebrew/bin']
const POLICY = '/usr/sbin/policy-rc.d'

/** The path of the first of these programs that exists. */
export function findProgram(...names: string[]): string | undefined {
  const places = [...(process.env.PATH ?? '').split(':').filter((place) => place !== ''), ...MORE_PLACES]
  for (const name of names) {
    for (const place of places) {
      const path = join(place, name)
      try {
        accessSync(path, constants.X_OK)
        return path
      } catch {
        // not here
      }
    }
  }
  return undefined
}

/**
 * Finds a program, installing Debian's package where that may be done without asking.
 * Where it may not, the error is one sentence with the command to run.
 */
export function requireProgram(what: {
  names: string[]
  debianPackage: string
  urlVariable: string
  log: Log
}): string {
  const found = findProgram(...what.names)
  if (found) return found
  const command = `apt-get install -y --no-install-recommends ${what.debianPackage}`
  const advice = `${what.names[0]} is not installed: run "sudo ${command}" (after "sudo apt-get update"), or name a running server in ${what.urlVariable}, and try again.`
  const prefix = rootPrefix()
  if (prefix === undefined || findProgram('apt-get') === undefined) throw new Error(advice)
  what.log(`installing Debian's package ${what.debianPackage}`)
  const install = () =>
    runQuietly([...prefix, 'env', 'DEBIAN_FRONTEND=noninteractive', ...command.split(' ')])
  withoutStartingServices(prefix, () => {
    if (install()) return
    runQuietly([...prefix, 'apt-get', 'update'])
    if (!install()) what.log('apt-get did not succeed')
  })
  const installed = findProgram(...what.names)
  if (!installed) throw new Error(advice)
  return installed
}

function rootPrefix(): string[] | undefined {
  if (process.getuid?.() === 0) return []
  const sudo = findProgram('sudo')
  return sudo && runQuietly([sudo, '-n', 'true']) ? [sudo, '-n'] : undefined
}

/** Debian starts a service when its package is installed, unless policy-rc.d says no (status 101). */
function withoutStartingServices(prefix: string[], install: () => void): void {
  if (existsSync(POLICY)) {
    install()
    return
  }
  const script = '#!/bin/sh\nexit 101\n'
  if (prefix.length === 0) writeFileSync(POLICY, script, { mode: 0o755 })
  else {
    execFileSync('sudo', ['-n', 'tee', POLICY], { input: script, stdio: ['pipe', 'ignore', 'ignore'] })
    execFileSync('sudo', ['-n', 'chmod', '755', POLICY])
  }
  try {
    install()
  } finally {
    if (prefix.length === 0) rmSync(POLICY, { force: true })
    else execFileSync('sudo', ['-n', 'rm', '-f', POLICY])
  }
}

function runQuietly(command: string[]): boolean {
  const [program, ...args] = command
  return program !== undefined && spawnSync(program, args, { stdio: 'ignore' }).status === 0
}
