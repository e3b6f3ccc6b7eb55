// What the vendors know about a VIN, asked in order within one bound, their answers kept.
import type { RedisService } from './redis.ts'
import { answerSchema, type VendorAnswer, type VendorName, type VinVendor } from './vin/answer.ts'
import { clearvinVendor } from './vin/clearvin.ts'
import { accessByKey, accessByLogin } from './vin/clearvin-access.ts'
import { vpicVendor } from './vin/vpic.ts'

export type { VendorName, VinFields } from './vin/answer.ts'

export const CALL_TIMEOUT_MS = 2_000
export const TOTAL_TIMEOUT_MS = 2_500
const CACHE_TTL_SECONDS = 30 * 24 * 3600

const CLEARVIN_URL = 'https://www.clearvin.com'
const VPIC_URL = 'https://vpic.nhtsa.dot.gov'

export interface VinCall {
  provider: VendorName
  status: 'success' | 'unknown' | 'timeout' | 'error'
  durationMs: number
  /** Why it failed; null where it did not. */
  error: unknown
}

export interface VinLookupOptions {
  clearvinApiKey?: string | undefined
  /** Asked for a token where there is no key. */
  clearvinAccount?: { email: string; password: string } | undefined
  vpic?: boolean | undefined
  clearvinUrl?: string | undefined
  vpicUrl?: string | undefined
  cache: Pick<RedisService, 'get' | 'set'>
  /** Milliseconds; 2 s a call and 2.5 s in all unless said. */
  callTimeoutMs?: number | undefined
  totalTimeoutMs?: number | undefined
  /** Told of every call that went out, for metrics and the log. */
  onCall?: ((call: VinCall) => void) | undefined
}

/** `warnings` say which vendor failed, also where another one answered. */
export interface VinLookup {
  source: VendorName | null
  answer: VendorAnswer | null
  warnings: string[]
}

/** The vendors that the configuration names: ClearVIN first, NHTSA's vPIC after it. */
export class VinLookupService {
  readonly #vendors: VinVendor[] = []
  readonly #options: VinLookupOptions

  constructor(options: VinLookupOptions) {
    this.#options = options
    const { clearvinApiKey, clearvinAccount, clearvinUrl = CLEARVIN_URL, vpicUrl = VPIC_URL } = options
    if (clearvinApiKey) this.#vendors.push(clearvinVendor(clearvinUrl, accessByKey(clearvinApiKey)))
    else if (clearvinAccount) {
      const access = accessByLogin(clearvinUrl, clearvinAccount, options.cache)
      this.#vendors.push(clearvinVendor(clearvinUrl, access))
    }
    if (options.vpic) this.#vendors.push(vpicVendor(vpicUrl))
  }

  /**
   * The first answer of a vendor, a kept one included; never rejects.
   * Takes no longer than the whole bound, also where a vendor or the cache hangs.
   * @param vin normalized and well-formed
   * @param keepLater takes the writing to the cache, which nobody waits for
   */
  async lookup(vin: string, keepLater: (work: Promise<unknown>) => void): Promise<VinLookup> {
    const deadline = Date.now() + (this.#options.totalTimeoutMs ?? TOTAL_TIMEOUT_MS)
    const warnings: string[] = []
    const kept = await Promise.all(this.#vendors.map(({ name }) => this.#readKept(name, vin)))
    for (const [index, vendor] of this.#vendors.entries()) {
      const answer = kept[index] ?? (await this.#ask(vendor, vin, deadline, warnings))
      if (!answer) continue
      if (!kept[index])
        keepLater(this.#options.cache.set(cacheKey(vendor.name, vin), answer, CACHE_TTL_SECONDS))
      return { source: vendor.name, answer, warnings }
    }
    return { source: null, answer: null, warnings }
  }

  async #ask(
    vendor: VinVendor,
    vin: string,
    deadline: number,
    warnings: string[],
  ): Promise<VendorAnswer | null> {
    const startedMs = Date.now()
    const timeoutMs = Math.min(this.#options.callTimeoutMs ?? CALL_TIMEOUT_MS, deadline - startedMs)
    if (timeoutMs <= 0) {
      warnings.push(`${vendor.title} was not asked: no time was left`)
      return null
    }
    const report = (status: VinCall['status'], error: unknown): void =>
      this.#options.onCall?.({ provider: vendor.name, status, durationMs: Date.now() - startedMs, error })
    const signal = AbortSignal.timeout(timeoutMs)
    try {
      const answer = await vendor.ask(vin, signal)
      if (!answer) warnings.push(`${vendor.title} does not know this VIN`)
      report(answer ? 'success' : 'unknown', null)
      return answer
    } catch (error) {
      warnings.push(`${vendor.title} ${signal.aborted ? 'did not answer in time' : 'could not be asked'}`)
      report(signal.aborted ? 'timeout' : 'error', error)
      return null
    }
  }

  async #readKept(vendor: VendorName, vin: string): Promise<VendorAnswer | null> {
    const kept = await this.#options.cache.get(cacheKey(vendor, vin), answerSchema)
    return kept.away ? null : kept.value
  }
}

function cacheKey(vendor: VendorName, vin: string): string {
  return `vin:2:${vendor}:${vin}`
}
