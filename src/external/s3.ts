// Objects in one bucket of S3, or of what speaks like it. Bytes go between browser and bucket; this only signs,
// looks, has copied and deletes.
import { AwsV4Signer } from 'aws4fetch'
import { SECOND_MS } from '../lib/time.ts'
import { AppError } from '../platform/errors.ts'

export const CALL_TIMEOUT_MS = 2_000
/** The storage copies by itself, but takes longer than for a look. */
export const COPY_TIMEOUT_MS = 5_000
export const UPLOAD_EXPIRES_S = 15 * 60
/** An address stays the same within the step, so that browsers can keep the picture. */
const VIEW_STEP_S = 60 * 60
const VIEW_EXPIRES_S = 3 * VIEW_STEP_S

export type S3Operation = 'head' | 'copy' | 'delete' | 'check'
export interface S3Call {
  operation: S3Operation
  status: 'success' | 'timeout' | 'error'
  durationMs: number
  /** Why it failed; null after a success. */
  error: unknown
}

export interface StorageOptions {
  endpoint: string
  bucket: string
  region: string
  accessKeyId: string
  secretAccessKey: string
  /** Where pictures can be seen without a signature. */
  publicBaseUrl: string | undefined
  /** Told of every call that went out. */
  onCall?: (call: S3Call) => void
}

export interface UploadTicket {
  url: string
  /** To be sent with the PUT, as they are. */
  headers: Record<string, string>
  expiresInSeconds: number
}

export interface StoredObject {
  contentType: string
  sizeBytes: number
  /** Changes with the bytes. */
  etag: string
}

export class ObjectStorage {
  readonly #options: StorageOptions
  readonly #bucketUrl: string
  readonly #publicBaseUrl: string | null
  /** Signing keys of the day, which cost four HMACs each. */
  readonly #signingKeys = new Map<string, ArrayBuffer>()

  constructor(options: StorageOptions) {
    this.#options = options
    this.#bucketUrl = `${withoutSlash(options.endpoint)}/${options.bucket}`
    this.#publicBaseUrl = options.publicBaseUrl ? withoutSlash(options.publicBaseUrl) : null
  }

  /**
   * A PUT of exactly this key and type, and of exactly this length where one is given.
   * @param now epoch milliseconds
   */
  async signUpload(
    key: string,
    contentType: string,
    sizeBytes: number | null,
    now: number,
  ): Promise<UploadTicket> {
    const headers = { 'content-type': contentType }
    // A browser sets the length itself and lets nobody else do it.
    const signed = sizeBytes === null ? headers : { ...headers, 'content-length': String(sizeBytes) }
    const url = await this.#presign('PUT', key, signed, UPLOAD_EXPIRES_S, now)
    return { url, headers, expiresInSeconds: UPLOAD_EXPIRES_S }
  }

  /** Where anyone can see a picture for some hours. */
  async viewUrl(key: string, now: number): Promise<string> {
    return this.publicUrl(key) ?? (await this.privateUrl(key, now))
  }

  /** Where anyone can see a picture for good; null where the bucket shows none. */
  publicUrl(key: string): string | null {
    return this.#publicBaseUrl === null ? null : `${this.#publicBaseUrl}/${key}`
  }

  /** Always signed: for what not everyone may see. */
  async privateUrl(key: string, now: number): Promise<string> {
    return await this.#presign('GET', key, {}, VIEW_EXPIRES_S, now - (now % (VIEW_STEP_S * SECOND_MS)))
  }

  /**
   * What lies under the key, or null. The key pair needs `s3:ListBucket`: without it S3 answers 403 rather than 404
   * for what is not there.
   * @throws AppError `unavailable`
   */
  async head(key: string): Promise<StoredObject | null> {
    const response = await this.#call('head', 'HEAD', key, CALL_TIMEOUT_MS)
    if (response.status === 404) return null
    return {
      contentType: response.headers.get('content-type') ?? '',
      sizeBytes: Number(response.headers.get('content-length') ?? 0),
      etag: response.headers.get('etag') ?? '',
    }
  }

  /**
   * Copies the object, its type included, inside the storage.
   * @returns false where nothing of this ETag lies under `from` (any more)
   * @throws AppError `unavailable`
   */
  async copy(from: string, to: string, etag: string): Promise<boolean> {
    const headers = {
      'x-amz-copy-source': `/${this.#options.bucket}/${from}`,
      'x-amz-copy-source-if-match': etag,
    }
    const response = await this.#call('copy', 'PUT', to, COPY_TIMEOUT_MS, headers)
    return response.ok
  }

  /** Deletes the object; one that is not there is no failure. @throws AppError `unavailable` */
  async delete(key: string): Promise<void> {
    await this.#call('delete', 'DELETE', key, CALL_TIMEOUT_MS)
  }

  /** Whether the bucket is there and lets us in (on S3 that takes `s3:ListBucket`). @throws AppError `unavailable` */
  async checkBucket(timeoutMs: number): Promise<void> {
    const response = await this.#call('check', 'HEAD', '', timeoutMs)
    if (response.status === 404) throw new AppError('unavailable', 'The file storage has no such bucket')
  }

  async #presign(
    method: 'GET' | 'PUT',
    key: string,
    headers: Record<string, string>,
    expiresInSeconds: number,
    signedAt: number,
  ): Promise<string> {
    const url = `${this.#bucketUrl}/${key}?X-Amz-Expires=${expiresInSeconds}`
    const signer = this.#signer({ method, url, headers, datetime: amzDate(signedAt), signQuery: true })
    return (await signer.sign()).url.toString()
  }

  async #call(
    operation: S3Operation,
    method: 'HEAD' | 'DELETE' | 'PUT',
    key: string,
    timeoutMs: number,
    headers: Record<string, string> = {},
  ): Promise<Response> {
    const signed = await this.#signer({ method, url: `${this.#bucketUrl}/${key}`, headers }).sign()
    const startedMs = Date.now()
    const signal = AbortSignal.timeout(timeoutMs)
    const report = (status: S3Call['status'], error: unknown) =>
      this.#options.onCall?.({ operation, status, durationMs: Date.now() - startedMs, error })
    try {
      const response = await fetch(signed.url, { method, headers: signed.headers, signal })
      if (!response.ok && !ANSWERS.includes(response.status)) throw new Error(`HTTP ${response.status}`)
      // S3 begins to answer a copy before it is made: its failure may come with 200.
      const text = operation === 'copy' ? await response.text() : ''
      if (operation === 'copy' && response.ok && !text.includes('<CopyObjectResult')) {
        throw new Error('The copy was not made')
      }
      report('success', null)
      return response
    } catch (cause) {
      report(signal.aborted ? 'timeout' : 'error', cause)
      throw new AppError('unavailable', 'The file storage is not available at the moment', { cause })
    }
  }

  #signer(request: Pick<ConstructorParameters<typeof AwsV4Signer>[0], SignedParts>): AwsV4Signer {
    const { accessKeyId, secretAccessKey, region } = this.#options
    return new AwsV4Signer({
      ...request,
      accessKeyId,
      secretAccessKey,
      service: 's3',
      region,
      cache: this.#signingKeys,
      // Without it type and length are left out of the signature.
      allHeaders: true,
    })
  }
}

/** Nothing there, and not what was expected there. */
const ANSWERS = [404, 412]

type SignedParts = 'method' | 'url' | 'headers' | 'datetime' | 'signQuery'

/** The storage, or null where endpoint, bucket or a key is missing. */
export function createStorage(
  options: Omit<StorageOptions, Needed> & Record<Needed, string | undefined>,
): ObjectStorage | null {
  const { endpoint, bucket, accessKeyId, secretAccessKey } = options
  if (!endpoint || !bucket || !accessKeyId || !secretAccessKey) return null
  return new ObjectStorage({ ...options, endpoint, bucket, accessKeyId, secretAccessKey })
}
type Needed = 'endpoint' | 'bucket' | 'accessKeyId' | 'secretAccessKey'

const withoutSlash = (url: string): string => url.replace(/\/+$/, '')

/** `20261122T210000Z` */
const amzDate = (ms: number): string => new Date(ms).toISOString().replace(/[:-]|\.\d{3}/g, '')
