import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { gzipSync } from 'node:zlib'

/**
 * @returns how many bytes these texts are, each gzipped
 * @throws Error where they are more than `maxBytes`
 */
export function checkSize(texts: readonly string[], maxBytes: number): number {
  const bytes = texts.reduce((sum, text) => sum + gzipSync(text, { level: 9 }).length, 0)
  if (bytes > maxBytes) throw new Error(`The shards are larger than ${maxBytes} bytes gzipped`)
  return bytes
}

/** Puts these files, by name, in the place of the whole folder: all of them, or where one fails none. */
export function replaceFolder(target: string, texts: ReadonlyMap<string, string>): void {
  const [fresh, old] = [`${target}.new`, `${target}.old`]
  try {
    for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true })
    mkdirSync(target, { recursive: true })
    mkdirSync(fresh)
    for (const [name, text] of texts) writeFileSync(join(fresh, name), text)
    renameSync(target, old)
    try {
      renameSync(fresh, target)
    } catch (error) {
      renameSync(old, target)
      throw error
    }
  } finally {
    for (const folder of [fresh, old]) rmSync(folder, { recursive: true, force: true })
  }
}
