import { createHash, randomUUID } from 'node:crypto'
import { createReadStream, createWriteStream } from 'node:fs'
import { mkdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import type { Readable } from 'node:stream'
import { pipeline } from 'node:stream/promises'
import { z } from 'zod'
import { S3Error } from './s3-error.ts'

const objectSchema = z.object({
  key: z.string(),
  dataFile: z.string(),
  sizeBytes: z.number(),
  etag: z.string(),
  lastModified: z.string(),
  headers: z.record(z.string(), z.string()),
})
export type StoredObject = z.infer<typeof objectSchema>

export interface Expected {
  sizeBytes: number
  sha256: string | null
  md5Base64: string | null
}

/**
 * Objects on disk. A file is named by the key's hash, so that no key can lead out of the directory; the small file
 * of facts is moved into place last and names the data, so that a reader sees the old object or the new one.
 */
export class Objects {
  readonly #dir: string

  constructor(dir: string) {
    this.#dir = dir
  }

  async prepare(): Promise<void> {
    await mkdir(this.#dir, { recursive: true })
  }

  async find(key: string): Promise<StoredObject | null> {
    let text: string
    try {
      text = await readFile(this.#factsFile(key), 'utf8')
    } catch {
      return null
    }
    return objectSchema.parse(JSON.parse(text))
  }

  /** @throws S3Error where the body is not what was announced; nothing is stored then. */
  async write(
    key: string,
    body: Readable,
    headers: Record<string, string>,
    expected: Expected,
  ): Promise<StoredObject> {
    const dataFile = `${hash(key)}.${randomUUID()}.data`
    const dataPath = join(this.#dir, dataFile)
    const md5 = createHash('md5')
    const sha256 = createHash('sha256')
    try {
      await pipeline(
        body,
        async function* (chunks: AsyncIterable<Buffer>) {
          for await (const chunk of chunks) {
            md5.update(chunk)
            sha256.update(chunk)
            yield chunk
          }
        },
        createWriteStream(dataPath),
      )
      const { size } = await stat(dataPath)
      const digest = md5.digest()
      if (size !== expected.sizeBytes) {
        throw new S3Error('IncompleteBody', 'The body has not the number of bytes that Content-Length says')
      }
      if (expected.sha256 !== null && sha256.digest('hex') !== expected.sha256) {
        throw new S3Error(
          'XAmzContentSHA256Mismatch',
          "The provided 'x-amz-content-sha256' header does not match what was computed.",
        )
      }
      if (expected.md5Base64 !== null && digest.toString('base64') !== expected.md5Base64) {
        throw new S3Error('BadDigest', 'The Content-MD5 you specified did not match what we received.')
      }
      const object: StoredObject = {
        key,
        dataFile,
        sizeBytes: size,
        etag: `"${digest.toString('hex')}"`,
        lastModified: new Date().toUTCString(),
        headers,
      }
      const before = await this.find(key)
      await this.#writeFacts(object)
      if (before) await rm(join(this.#dir, before.dataFile), { force: true })
      return object
    } catch (error) {
      await rm(dataPath, { force: true })
      throw error
    }
  }

  read(object: StoredObject, range: { start: number; end: number }): Readable {
    return createReadStream(join(this.#dir, object.dataFile), range)
  }

  async remove(key: string): Promise<void> {
    const object = await this.find(key)
    await rm(this.#factsFile(key), { force: true })
    if (object) await rm(join(this.#dir, object.dataFile), { force: true })
  }

  async #writeFacts(object: StoredObject): Promise<void> {
    const path = this.#factsFile(object.key)
    const draft = `${path}.${randomUUID()}`
    await writeFile(draft, JSON.stringify(object))
    await rename(draft, path)
  }

  #factsFile(key: string): string {
    return join(this.#dir, `${hash(key)}.json`)
  }
}

function hash(key: string): string {
  return createHash('sha256').update(key).digest('hex')
}
