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
  cache: Pick<RedisService, 'get' | 'getMany' | 'set'>
  /** Milliseconds; 2 s a call and 2.5 s in all unless said. */
  callTimeoutMs?: number | undefined
  totalTimeoutMs?: number | undefined
  /** Told of every call that went out, for metrics and the log. */
  onCall?: ((call: VinCall) => void) | undefined
}

/** What a lookup is given by who asks. */
export interface VinRequest {
  /** Whether vendors may be asked about so many VINs for them now; asked once, and not where all answers are kept. */
  mayAsk(count: number): Promise<boolean>
  /** Takes the writing to the cache, which nobody waits for. */
  keepLater(work: Promise<unknown>): void
}

/** `warnings` say which vendor failed, also where another one answered. */
export interface VinLookup {
  source: VendorName | null
  answer: VendorAnswer | null
  warnings: string[]
}

/** What one lookup may do. */
interface Effort {
  kept: ReadonlyMap<string, VendorAnswer>
  /** Epoch milliseconds. */
  deadline: number
  /** Whether vendors may be asked at all. */
  isAllowed: boolean
  keepLater: VinRequest['keepLater']
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
   * Of each VIN the first answer of a vendor, a kept one included; never rejects. Empty where there is no vendor.
   * Takes no longer than the whole bound, also where a vendor or the cache hangs.
   * @param vins normalized and well-formed
   */
  async lookup(vins: readonly string[], request: VinRequest): Promise<ReadonlyMap<string, VinLookup>> {
    const [first] = this.#vendors
    const distinct = [...new Set(vins)]
    if (!first || distinct.length === 0) return new Map()
    const deadline = Date.now() + (this.#options.totalTimeoutMs ?? TOTAL_TIMEOUT_MS)
    const kept = await this.#readKept(distinct)
    const toAsk = distinct.filter((vin) => !kept.has(cacheKey(first.name, vin)))
    const isAllowed = toAsk.length > 0 && (await request.mayAsk(toAsk.length))
    const effort = { kept, deadline, isAllowed, keepLater: request.keepLater }
    return new Map(
      await Promise.all(distinct.map(async (vin) => [vin, await this.#lookupOne(vin, effort)] as const)),
    )
  }

  async #lookupOne(vin: string, { kept, deadline, isAllowed, keepLater }: Effort): Promise<VinLookup> {
    const warnings: string[] = []
    for (const vendor of this.#vendors) {
      const key = cacheKey(vendor.name, vin)
      const old = kept.get(key)
      if (old) return { source: vendor.name, answer: old, warnings }
      if (!isAllowed) {
        warnings.push(`${vendor.title} was not asked: too many numbers within a minute`)
        continue
      }
      const answer = await this.#ask(vendor, vin, { deadline, keepLater, warnings })
      if (!answer) continue
      keepLater(this.#options.cache.set(key, answer, CACHE_TTL_SECONDS))
      return { source: vendor.name, answer, warnings }
    }
    return { source: null, answer: null, warnings }
  }

  async #ask(
    vendor: VinVendor,
    vin: string,
    { deadline, keepLater, warnings }: Pick<Effort, 'deadline' | 'keepLater'> & { warnings: string[] },
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
      const answer = await vendor.ask(vin, { signal, keepLater })
      if (!answer) warnings.push(`${vendor.title} does not know this VIN`)
      report(answer ? 'success' : 'unknown', null)
      return answer
    } catch (error) {
      warnings.push(`${vendor.title} ${signal.aborted ? 'did not answer in time' : 'could not be asked'}`)
      report(signal.aborted ? 'timeout' : 'error', error)
      return null
    }
  }

  /** The answers that are kept, by their key in the cache. */
  async #readKept(vins: readonly string[]): Promise<Map<string, VendorAnswer>> {
    const keys = this.#vendors.flatMap(({ name }) => vins.map((vin) => cacheKey(name, vin)))
    const found = await this.#options.cache.getMany(keys, answerSchema)
    const kept = new Map<string, VendorAnswer>()
    if (found.away) return kept
    for (const [index, key] of keys.entries()) {
      const answer = found.value[index]
      if (answer) kept.set(key, answer)
    }
    return kept
  }
}

function cacheKey(vendor: VendorName, vin: string): string {
  return `vin:2:${vendor}:${vin}`
}
