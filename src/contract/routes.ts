import { type Context, Hono } from 'hono'
import manifest from '../../package.json' with { type: 'json' }
import type { AppEnv } from '../platform/hono.ts'
import { describe } from '../platform/validate.ts'
import { type MountedHandler, readOperations } from './mounted-routes.ts'
import { describeApi } from './openapi.ts'
import { PAGE_FILES, type ReadPageFile } from './page-files.ts'

type Env = AppEnv<{ readPageFile: ReadPageFile }>

/** What is said while it lasts may be kept for minutes: it changes with a deployment only. */
const CONTRACT_CACHING = 'public, max-age=300'
/** May be kept, but is asked for again: its parts belong together. */
const PAGE_CACHING = 'public, no-cache'
const PAGE_POLICY = `default-src 'none'; script-src 'self'; style-src 'self'; connect-src 'self'; \
base-uri 'none'; form-action 'none'; frame-ancestors 'none'`

interface Contract {
  text: string
  etag: string
}

async function writeContract(mounted: readonly MountedHandler[]): Promise<Contract> {
  const { name, version } = manifest
  const text = JSON.stringify(describeApi(readOperations(mounted), { name, version }))
  const digest = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text))
  return { text, etag: `"${new Uint8Array(digest).toHex().slice(0, 32)}"` }
}

const isKnown = (etag: string, ifNoneMatch: string | undefined): boolean =>
  ifNoneMatch?.split(',').some((known) => ['*', etag, `W/${etag}`].includes(known.trim())) === true

async function answerPageFile(c: Context<Env>, { asset, type }: (typeof PAGE_FILES)[number]) {
  const { text, etag } = await c.var.context.readPageFile(asset, c.req.header('If-None-Match'))
  c.header('Content-Security-Policy', PAGE_POLICY)
  c.header('Cache-Control', PAGE_CACHING)
  if (etag !== null) c.header('ETag', etag)
  if (text === null) return c.body(null, 304)
  return c.body(text, 200, { 'Content-Type': type })
}

/** @param routesOf all routes, once they are mounted */
export function createContractRoutes(routesOf: () => readonly MountedHandler[]) {
  // Made at the first question and kept: the routes are constant as long as the isolate runs.
  let written: Contract | undefined
  const [page, script, schemas, style] = PAGE_FILES
  return new Hono<Env>()
    .get(
      '/openapi.json',
      describe({ summary: 'This contract', responses: { 200: 'OpenAPI 3.1', 304: 'As it was' } }),
      async (c) => {
        written ??= await writeContract(routesOf())
        const { text, etag } = written
        c.header('ETag', etag)
        c.header('Cache-Control', CONTRACT_CACHING)
        if (isKnown(etag, c.req.header('If-None-Match'))) return c.body(null, 304)
        return c.body(text, 200, { 'Content-Type': 'application/json' })
      },
    )
    .get(
      page.path,
      describe({ summary: 'A page to read and try this contract', responses: { 200: 'HTML' } }),
      (c) => answerPageFile(c, page),
    )
    .get(script.path, (c) => answerPageFile(c, script))
    .get(schemas.path, (c) => answerPageFile(c, schemas))
    .get(style.path, (c) => answerPageFile(c, style))
}
