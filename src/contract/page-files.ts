import { AppError } from '../platform/errors.ts'

const READ_TIMEOUT_MS = 1_000

/** The only assets that anybody is shown, and where. */
export const PAGE_FILES = [
  { path: '/docs', asset: '/docs/index.html', type: 'text/html; charset=utf-8' },
  { path: '/docs/docs.js', asset: '/docs/docs.js', type: 'text/javascript; charset=utf-8' },
  { path: '/docs/schemas.js', asset: '/docs/schemas.js', type: 'text/javascript; charset=utf-8' },
  { path: '/docs/docs.css', asset: '/docs/docs.css', type: 'text/css; charset=utf-8' },
] as const

type PageFile = (typeof PAGE_FILES)[number]

/** As far as it is used, the binding of the Worker's static assets. */
interface Assets {
  fetch(
    url: string,
    init: { headers: Record<string, string>; signal: AbortSignal },
  ): Promise<Pick<Response, 'status' | 'headers' | 'text'>>
}

/** A file of the page; null where the caller has it already. */
export type ReadPageFile = (
  asset: PageFile['asset'],
  ifNoneMatch: string | undefined,
) => Promise<{ text: string | null; etag: string | null }>

/** @returns a function that raises AppError `unavailable` where the file cannot be read within a second */
export function createPageReader(assets: Assets): ReadPageFile {
  return async (asset, ifNoneMatch) => {
    try {
      const response = await assets.fetch(`https://assets.invalid${asset}`, {
        headers: ifNoneMatch === undefined ? {} : { 'If-None-Match': ifNoneMatch },
        signal: AbortSignal.timeout(READ_TIMEOUT_MS),
      })
      const text = await response.text()
      const { status, headers } = response
      if (status !== 200 && status !== 304) throw new Error(`${asset}: HTTP ${status}`)
      return { text: status === 304 ? null : text, etag: headers.get('ETag') }
    } catch (cause) {
      throw new AppError('unavailable', undefined, { cause })
    }
  }
}
