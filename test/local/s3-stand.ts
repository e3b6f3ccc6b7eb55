import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { AwsClient } from 'aws4fetch'
import { afterAll, beforeAll, beforeEach } from 'vitest'
import { type S3, startS3 } from '../../local/s3.ts'

export const BUCKET = 'pictures'
const KEYS = { accessKeyId: 'LOCALKEY', secretAccessKey: 'local-secret' }
export const JPEG = Uint8Array.from({ length: 2_000 }, (_, i) => i % 251)

/** The Worker's own client. */
export const aws = new AwsClient({ ...KEYS, service: 's3', region: 'us-east-1', retries: 0 })

export interface Stand {
  url: string
  /** Where the objects lie. */
  dir: string
  /** The clock by which signatures expire. */
  nowMs: number
}

/** Starts a storage of its own for a test file. */
export function useS3(): Stand {
  const stand: Stand = { url: '', dir: '', nowMs: 0 }
  let s3: S3 | undefined
  beforeAll(async () => {
    stand.dir = mkdtempSync(join(tmpdir(), 's3-'))
    s3 = await startS3({
      port: 0,
      dir: stand.dir,
      bucket: BUCKET,
      region: 'us-east-1',
      ...KEYS,
      nowMs: () => stand.nowMs,
    })
    stand.url = `${s3.url}/${BUCKET}`
  })
  beforeEach(() => {
    stand.nowMs = Date.now()
  })
  afterAll(async () => {
    await s3?.close()
    rmSync(stand.dir, { recursive: true, force: true })
  })
  return stand
}

/** A URL as the Worker hands it out, with every header signed. */
export async function presignPut(
  stand: Stand,
  key: string,
  headers: Record<string, string>,
  expiresS = 300,
): Promise<string> {
  const url = `${stand.url}/${key}?X-Amz-Expires=${expiresS}`
  return (await aws.sign(url, { method: 'PUT', headers, aws: { signQuery: true, allHeaders: true } })).url
}

/** `query` stands for what else is signed, `response-content-type` for one. */
export async function presignGet(stand: Stand, key: string, query = ''): Promise<string> {
  const url = `${stand.url}/${key}?X-Amz-Expires=300${query}`
  return (await aws.sign(url, { aws: { signQuery: true } })).url
}

export async function upload(
  stand: Stand,
  key: string,
  body: Uint8Array<ArrayBuffer> = JPEG,
): Promise<Response> {
  const headers = { 'content-type': 'image/jpeg', 'content-length': String(body.length) }
  const url = await presignPut(stand, key, headers)
  return fetch(url, { method: 'PUT', body, headers: { 'content-type': 'image/jpeg' } })
}

/** Status and code of a refusal. */
export async function refusalOf(response: Response): Promise<string> {
  return `${response.status} ${/<Code>(\w+)<\/Code>/.exec(await response.text())?.[1]}`
}
