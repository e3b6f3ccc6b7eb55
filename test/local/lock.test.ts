import { mkdtempSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { DirectoryInUseError, findOwner, lockDirectory } from '../../local/lock.ts'

let dataDir: string

beforeEach(() => {
  dataDir = mkdtempSync(join(tmpdir(), 'lock-'))
})
afterEach(() => rmSync(dataDir, { recursive: true, force: true }))

describe('a data directory', () => {
  test('has one user at a time, whose process is named', () => {
    const unlock = lockDirectory(dataDir)
    expect(findOwner(dataDir)).toBe(process.pid)
    expect(() => lockDirectory(dataDir)).toThrow(DirectoryInUseError)
    expect(() => lockDirectory(dataDir)).toThrow(new RegExp(`in use by process ${process.pid}`))
    unlock()
    expect(findOwner(dataDir)).toBeUndefined()
    lockDirectory(dataDir)()
  })

  test.each([
    ['of a process that has died', JSON.stringify({ pid: 2 ** 22 + 1, born: '1' })],
    ['of a pid that another process has now', JSON.stringify({ pid: process.pid, born: 'long ago' })],
    ['that is no lock', '{"pid":'],
  ])('takes over the lock %s', (_, content) => {
    writeFileSync(join(dataDir, 'owner.json'), content)
    expect(findOwner(dataDir)).toBeUndefined()
    const unlock = lockDirectory(dataDir)
    expect(findOwner(dataDir)).toBe(process.pid)
    unlock()
  })
})
