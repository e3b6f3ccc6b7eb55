// Objects in one bucket of S3, or of what speaks like it. Bytes go between browser and bucket; this only signs,
// looks and deletes.
import { AwsV4Signer } from 'aws4fetch'
import { AppError } from '../platform/errors.ts'

export const CALL_TIMEOUT_MS = 2_000
export const UPLOAD_EXPIRES_S = 15 * 60
/** An address stays the same within the step, so that browsers can keep the picture. */
const VIEW_STEP_S = 60 * 60
const VIEW_EXPIRES_S = 3 * VIEW_STEP_S

export type S3Operation = 'head' | 'delete' | 'ping'
export interface S3Call {
  operation: S3Operation
  status: 'success' | 'timeout' | 'error'
  durationMs: number
  /** Why it failed; null after a success. */
  error: unknown
}

export interface StorageOptions {
  /** Without endpoint, bucket and both keys the storage is disabled. */
  endpoint: string | undefined
  bucket: string | undefined
  region: string
  accessKeyId: string | undefined
  secretAccessKey: string | undefined
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
}

interface Bucket {
  /** Without a slash at its end. */
  url: string
  accessKeyId: string
  secretAccessKey: string
}

export class ObjectStorage {
  readonly #bucket: Bucket | null
  readonly #region: string
  readonly #publicBaseUrl: string | null
  readonly #onCall: (call: S3Call) => void
  /** Signing keys of the day, which cost four HMACs each. */
  readonly #signingKeys = new Map<string, ArrayBuffer>()

  constructor(options: StorageOptions) {
    const { endpoint, bucket, accessKeyId, secretAccessKey } = options
    this.#bucket =
      endpoint && bucket && accessKeyId && secretAccessKey
        ? { url: `${withoutSlash(endpoint)}/${bucket}`, accessKeyId, secretAccessKey }
        : null
    this.#region = options.region
    this.#publicBaseUrl = options.publicBaseUrl ? withoutSlash(options.publicBaseUrl) : null
    this.#onCall = options.onCall ?? (() => undefined)
  }

  get isEnabled(): boolean {
    return this.#bucket !== null
  }

  /**
   * A PUT of exactly this key and type, and of exactly this length where one is given.
   * @param now epoch milliseconds
   * @throws AppError `unavailable` where the storage is disabled
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

  /** Where anyone can see a picture for some hours; null where the storage is disabled. */
  async viewUrl(key: string, now: number): Promise<string | null> {
    if (this.#publicBaseUrl !== null) return `${this.#publicBaseUrl}/${key}`
    return await this.privateUrl(key, now)
  }

  /** Always signed: for what not everyone may see, whoever is given it. Null where the storage is disabled. */
  async privateUrl(key: string, now: number): Promise<string | null> {
    if (this.#bucket === null) return null
    return await this.#presign('GET', key, {}, VIEW_EXPIRES_S, now - (now % (VIEW_STEP_S * 1_000)))
  }

  /** What lies under the key, or null. @throws AppError `unavailable` */
  async head(key: string): Promise<StoredObject | null> {
    const response = await this.#call('head', 'HEAD', key, CALL_TIMEOUT_MS)
    if (response.status === 404) return null
    return {
      contentType: response.headers.get('content-type') ?? '',
      sizeBytes: Number(response.headers.get('content-length') ?? 0),
    }
  }

  /** Deletes the object; one that is not there is no failure. @throws AppError `unavailable` */
  async delete(key: string): Promise<void> {
    await this.#call('delete', 'DELETE', key, CALL_TIMEOUT_MS)
  }

  /** Whether the bucket answers: an object that is not there is as good an answer. @throws AppError `unavailable` */
  async ping(timeoutMs: number): Promise<void> {
    await this.#call('ping', 'HEAD', 'health', timeoutMs)
  }

  async #presign(
    method: 'GET' | 'PUT',
    key: string,
    headers: Record<string, string>,
    expiresInSeconds: number,
    signedAt: number,
  ): Promise<string> {
    const url = `${this.#require().url}/${key}?X-Amz-Expires=${expiresInSeconds}`
    const signer = this.#signer({ method, url, headers, datetime: amzDate(signedAt), signQuery: true })
    return (await signer.sign()).url.toString()
  }

  async #call(
    operation: S3Operation,
    method: 'HEAD' | 'DELETE',
    key: string,
    timeoutMs: number,
  ): Promise<Response> {
    const signed = await this.#signer({ method, url: `${this.#require().url}/${key}` }).sign()
    const startedMs = Date.now()
    const signal = AbortSignal.timeout(timeoutMs)
    const report = (status: S3Call['status'], error: unknown) =>
      this.#onCall({ operation, status, durationMs: Date.now() - startedMs, error })
    try {
      const response = await fetch(signed.url, { method, headers: signed.headers, signal })
      if (!response.ok && response.status !== 404) throw new Error(`HTTP ${response.status}`)
      report('success', null)
      return response
    } catch (cause) {
      report(signal.aborted ? 'timeout' : 'error', cause)
      throw new AppError('unavailable', 'The file storage is not available at the moment', { cause })
    }
  }

  #signer(request: Pick<ConstructorParameters<typeof AwsV4Signer>[0], SignedParts>): AwsV4Signer {
    const { accessKeyId, secretAccessKey } = this.#require()
    return new AwsV4Signer({
      ...request,
      accessKeyId,
      secretAccessKey,
      service: 's3',
      region: this.#region,
      cache: this.#signingKeys,
      // Without it type and length are left out of the signature.
      allHeaders: true,
    })
  }

  #require(): Bucket {
    if (this.#bucket === null) throw new AppError('unavailable', 'The file storage is not configured')
    return this.#bucket
  }
}

type SignedParts = 'method' | 'url' | 'headers' | 'datetime' | 'signQuery'

const withoutSlash = (url: string): string => url.replace(/\/+$/, '')

/** `20261122T210000Z` */
const amzDate = (ms: number): string => new Date(ms).toISOString().replace(/[:-]|\.\d{3}/g, '')
