import { spawn } from 'node:child_process'
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest'
import { bornAt, clearOrphans, readLogTail, startProcess } from '../../local/processes.ts'

let dataDir: string

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'processes-'))
})
afterEach(async () => {
  await clearOrphans(dataDir, () => {})
  rmSync(dataDir, { recursive: true, force: true })
})

/** Starts a shell whose child outlives it unless the whole group is ended; gives the child's pid. */
async function startFamily(
  shellScript: string,
): Promise<{ leader: number; child: number; stop(): Promise<void> }> {
  const pids: number[] = []
  const started = startProcess({
    name: 'family',
    command: 'sh',
    args: ['-c', shellScript],
    dataDir,
    onLine: (line) => pids.push(Number(line)),
  })
  const child = await vi.waitFor(() => {
    if (pids[0] === undefined) throw new Error('the child has not begun')
    return pids[0]
  })
  return { leader: started.pid, child, stop: started.stop }
}

const isAlive = (pid: number) => bornAt(pid) !== undefined

describe('processes', () => {
  test('stopping ends the whole group and removes the pid file', async () => {
    const family = await startFamily('sleep 600 & echo $!; wait')
    expect([isAlive(family.leader), isAlive(family.child)]).toEqual([true, true])
    await family.stop()
    expect([isAlive(family.leader), isAlive(family.child)]).toEqual([false, false])
    expect(existsSync(join(dataDir, 'pids', 'family.pid'))).toBe(false)
  })

  test('what does not heed SIGTERM is killed after three seconds', async () => {
    const family = await startFamily("trap '' TERM; (trap '' TERM; sleep 600) & echo $!; wait; sleep 600")
    const startedAt = performance.now()
    await family.stop()
    expect(performance.now() - startedAt).toBeGreaterThan(2900)
    expect([isAlive(family.leader), isAlive(family.child)]).toEqual([false, false])
  }, 10_000)

  test('the next start ends what an earlier run left behind', async () => {
    const family = await startFamily('sleep 600 & echo $!; wait')
    const notes: string[] = []
    await clearOrphans(dataDir, (line) => notes.push(line))
    expect([isAlive(family.leader), isAlive(family.child)]).toEqual([false, false])
    expect(notes).toEqual([`ending family (process ${family.leader}), which an earlier run left behind`])
  })

  test('also the rest of a group whose leader is gone', async () => {
    const family = await startFamily('sleep 600 & echo $!; wait')
    process.kill(family.leader, 'SIGKILL')
    await vi.waitFor(() => expect(isAlive(family.leader)).toBe(false))
    expect(isAlive(family.child)).toBe(true)
    await clearOrphans(dataDir, () => {})
    expect(isAlive(family.child)).toBe(false)
  })

  test('a pid that belongs to another program by now is spared', async () => {
    const family = await startFamily('sleep 600 & echo $!; wait')
    const pidFile = join(dataDir, 'pids', 'family.pid')
    const record: unknown = JSON.parse(readFileSync(pidFile, 'utf8'))
    await family.stop()
    const stranger = spawn('sleep', ['600'], { detached: true, stdio: 'ignore' })
    try {
      writeFileSync(pidFile, JSON.stringify({ ...Object(record), pid: stranger.pid }))
      await clearOrphans(dataDir, () => {})
      expect(isAlive(stranger.pid ?? 0)).toBe(true)
      expect(existsSync(pidFile)).toBe(false)
    } finally {
      stranger.kill('SIGKILL')
    }
  })

  test('a program that does not exist says so', async () => {
    const started = startProcess({ name: 'nothing', command: '/no/such/program', args: [], dataDir })
    expect(await started.ended).toMatch(/could not be started: .*ENOENT/)
    await started.stop()
  })

  test('the output goes to the log', async () => {
    const started = startProcess({
      name: 'talker',
      command: 'sh',
      args: ['-c', 'echo one; echo two >&2; exit 3'],
      dataDir,
    })
    expect(await started.ended).toBe('ended with status 3')
    expect(readLogTail(dataDir, 'talker')).toBe('one\ntwo')
    await started.stop()
  })
})
