import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { findFreePort } from '../../local/ports.ts'
import { bornAt } from '../../local/processes.ts'
import { writeEnvFile } from '../../local/variables.ts'
import { type LocalWorker, runScheduled, startWorker } from '../../local/worker.ts'

const SOURCE = `
  let runs = 0
  export default {
    async fetch(request, env) {
      const { pathname } = new URL(request.url)
      if (pathname === '/health') return new Response('ok')
      console.log(JSON.stringify({ level: 'info', event: 'asked', pathname }))
      return Response.json({ greeting: env.GREETING, runs })
    },
    async scheduled(controller) {
      runs += 1
      if (runs > 1) throw new Error('the second run fails')
    },
  }`

let dir: string
let worker: LocalWorker | undefined

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'worker-'))
  mkdirSync(join(dir, 'data'))
  writeFileSync(join(dir, 'wrangler.toml'), 'name = "w"\nmain = "w.js"\ncompatibility_date = "2026-10-27"\n')
})
afterEach(async () => {
  await worker?.stop()
  worker = undefined
  rmSync(dir, { recursive: true, force: true })
})

async function start(source: string, lines: string[] = []): Promise<LocalWorker> {
  writeFileSync(join(dir, 'w.js'), source)
  const envFile = join(dir, 'worker.env')
  writeEnvFile(envFile, { GREETING: 'two\nlines' })
  worker = await startWorker({
    port: await findFreePort(),
    dataDir: join(dir, 'data'),
    envFile,
    onLine: ({ text }) => lines.push(text),
    cwd: dir,
  })
  return worker
}

describe('the Worker under wrangler dev', { timeout: 120_000 }, () => {
  test('answers with its variables, runs its scheduled handler, logs, and ends with all its processes', async () => {
    const lines: string[] = []
    const { url, pid, stop } = await start(SOURCE, lines)
    await runScheduled(url)
    const answer = await fetch(`${url}/anything`)
    expect(await answer.json()).toEqual({ greeting: 'two\nlines', runs: 1 })
    await expect(runScheduled(url)).rejects.toThrow()
    await stop()
    expect(bornAt(pid)).toBeUndefined()
    await expect(fetch(url)).rejects.toThrow()
    expect(lines).toContain('asked pathname=/anything')
    expect(readFileSync(join(dir, 'data/logs/worker.log'), 'utf8')).toContain('"event":"asked"')
  })

  test('that cannot start is an error, and leaves nothing running', async () => {
    writeFileSync(
      join(dir, 'wrangler.toml'),
      'name = "w"\nmain = "missing.js"\ncompatibility_date = "2026-10-27"\n',
    )
    const lines: string[] = []
    await expect(start('', lines)).rejects.toThrow(/the Worker ended with status 1/)
    expect(lines.join('\n')).toMatch(/missing\.js/)
  })
})
