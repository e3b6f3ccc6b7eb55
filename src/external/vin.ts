// What the vendors know about a VIN, asked in order within one bound, their answers kept.
import { answerSchema, type VendorAnswer, type VendorName, type VinVendor } from './vin/answer.ts'
import { clearvinVendor } from './vin/clearvin.ts'
import { vpicVendor } from './vin/vpic.ts'

export type { VendorName, VinFields } from './vin/answer.ts'

export const CALL_TIMEOUT_MS = 2_000
export const TOTAL_TIMEOUT_MS = 2_500
const CACHE_TIMEOUT_MS = 300
const CACHE_TTL_S = 30 * 24 * 3600

const CLEARVIN_URL = 'https://www.clearvin.com'
const VPIC_URL = 'https://vpic.nhtsa.dot.gov'

/** Where answers are kept; a failure of it is never the caller's. */
export type Cache = {
  get(key: string): Promise<string | null>
  set(key: string, value: string, ttlSeconds: number): Promise<void>
}

export type VinCall = {
  provider: VendorName
  status: 'success' | 'unknown' | 'timeout' | 'error'
  duration_ms: number
  message: string | null
}

export type VinLookupOptions = {
  clearvinApiKey?: string | undefined
  vpic?: boolean | undefined
  clearvinUrl?: string | undefined
  vpicUrl?: string | undefined
  cache: Cache
  fetch: typeof fetch
  now: () => number
  /** Milliseconds; 2 s a call and 2.5 s in all unless said. */
  callTimeoutMs?: number | undefined
  totalTimeoutMs?: number | undefined
  /** Told of every call that went out, for metrics and the log. */
  onCall?: ((call: VinCall) => void) | undefined
}

/** `warnings` say which vendor failed, also where another one answered. */
export type VinLookup = { source: VendorName | null; answer: VendorAnswer | null; warnings: string[] }

/** The vendors that the configuration names: ClearVIN first, NHTSA's vPIC after it. */
export class VinLookupService {
  readonly #vendors: VinVendor[] = []
  readonly #options: VinLookupOptions

  constructor(options: VinLookupOptions) {
    this.#options = options
    const fetcher: typeof fetch = (input, init) => options.fetch(input, init)
    if (options.clearvinApiKey)
      this.#vendors.push(clearvinVendor(options.clearvinUrl ?? CLEARVIN_URL, options.clearvinApiKey, fetcher))
    if (options.vpic) this.#vendors.push(vpicVendor(options.vpicUrl ?? VPIC_URL, fetcher))
  }

  /**
   * The first answer of a vendor, a kept one included; never rejects.
   * Takes no longer than the whole bound, also where a vendor or the cache hangs.
   * @param vin normalized and well-formed
   */
  async lookup(vin: string): Promise<VinLookup> {
    const deadline = this.#options.now() + (this.#options.totalTimeoutMs ?? TOTAL_TIMEOUT_MS)
    const warnings: string[] = []
    for (const vendor of this.#vendors) {
      const kept = await this.#readKept(vendor.name, vin, deadline)
      if (kept) return { source: vendor.name, answer: kept, warnings }
      const timeoutMs = Math.min(
        this.#options.callTimeoutMs ?? CALL_TIMEOUT_MS,
        deadline - this.#options.now(),
      )
      const answer = timeoutMs > 0 ? await this.#ask(vendor, vin, timeoutMs, warnings) : null
      if (timeoutMs <= 0) warnings.push(`${vendor.title} was not asked: no time was left`)
      if (!answer) continue
      await this.#keep(vendor.name, vin, answer, deadline)
      return { source: vendor.name, answer, warnings }
    }
    return { source: null, answer: null, warnings }
  }

  async #ask(
    vendor: VinVendor,
    vin: string,
    timeoutMs: number,
    warnings: string[],
  ): Promise<VendorAnswer | null> {
    const startedAt = this.#options.now()
    const report = (status: VinCall['status'], message: string | null): void =>
      this.#options.onCall?.({
        provider: vendor.name,
        status,
        duration_ms: this.#options.now() - startedAt,
        message,
      })
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const answer = await vendor.ask(vin, signal)
      if (!answer) warnings.push(`${vendor.title} does not know this VIN`)
      report(answer ? 'success' : 'unknown', null)
      return answer
    } catch (error) {
      warnings.push(
        signal.aborted ? `${vendor.title} did not answer in time` : `${vendor.title} could not be asked`,
      )
      report(signal.aborted ? 'timeout' : 'error', error instanceof Error ? error.message : String(error))
      return null
    }
  }

  async #readKept(vendor: VendorName, vin: string, deadline: number): Promise<VendorAnswer | null> {
    try {
      const kept = await within(
        this.#cacheTimeoutMs(deadline),
        this.#options.cache.get(cacheKey(vendor, vin)),
      )
      return kept === null ? null : answerSchema.parse(JSON.parse(kept))
    } catch {
      // Away, slow, or written by another version: the vendor is asked again.
      return null
    }
  }

  async #keep(vendor: VendorName, vin: string, answer: VendorAnswer, deadline: number): Promise<void> {
    const written = this.#options.cache.set(cacheKey(vendor, vin), JSON.stringify(answer), CACHE_TTL_S)
    await within(this.#cacheTimeoutMs(deadline), written).catch(() => undefined)
  }

  #cacheTimeoutMs(deadline: number): number {
    return Math.max(0, Math.min(CACHE_TIMEOUT_MS, deadline - this.#options.now()))
  }
}

function cacheKey(vendor: VendorName, vin: string): string {
  return `vin:1:${vendor}:${vin}`
}

async function within<T>(ms: number, work: Promise<T>): Promise<T> {
  const signal = AbortSignal.timeout(ms)
  return await Promise.race([
    work,
    new Promise<never>((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  ])
}
