import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { api } from '../support/api.ts'
import { withFault } from '../support/database.ts'
import { setVariables } from '../support/variables.ts'

const FILES = [
  ['/docs', 'text/html; charset=utf-8'],
  ['/docs/docs.js', 'text/javascript; charset=utf-8'],
  ['/docs/schemas.js', 'text/javascript; charset=utf-8'],
  ['/docs/docs.css', 'text/css; charset=utf-8'],
] as const

test.each(FILES)(
  '%s is served as what it is, with nothing but ourselves allowed to it',
  async (path, type) => {
    const answer = await withFault({ mode: 'refuse' }, () => api('GET', path))
    expect([answer.status, answer.headers.get('content-type')]).toEqual([200, type])
    expect(answer.text.length).toBeGreaterThan(500)
    const policy = Object.fromEntries(
      (answer.headers.get('content-security-policy') ?? '').split('; ').map((part) => {
        const [name = '', ...sources] = part.split(' ')
        return [name, sources.join(' ')]
      }),
    )
    expect(policy).toEqual({
      'default-src': "'none'",
      'script-src': "'self'",
      'style-src': "'self'",
      'connect-src': "'self'",
      'base-uri': "'none'",
      'form-action': "'none'",
      'frame-ancestors': "'none'",
    })
    expect(answer.headers.get('x-content-type-options')).toBe('nosniff')
  },
)

test.each(FILES)('%s is 304 for who has it', async (path) => {
  const first = await api('GET', path)
  const etag = first.headers.get('etag') ?? ''
  expect(etag).toMatch(/^(?:W\/)?".+"$/)
  expect(first.headers.get('cache-control')).toBe('public, no-cache')
  const again = await api('GET', path, { headers: { 'If-None-Match': etag } })
  expect([again.status, again.text]).toEqual([304, ''])
})

test('the page asks for nothing but its own files and the contract, and has no script or style in itself', async () => {
  const { text } = await api('GET', '/docs')
  const addresses = [...text.matchAll(/(?:src|href)="([^"]*)"/g)].map(([, address]) => address)
  expect(new Set(addresses)).toEqual(new Set(['/docs/docs.css', '/docs/docs.js', '/openapi.json']))
  expect(text).not.toMatch(/<style|<script[^>]*>[^<]|\son[a-z]+=|\sstyle=/)
  for (const [path] of FILES) expect((await api('GET', path)).text).not.toContain('://')
})

test.each(['/docs/docs.js', '/docs/schemas.js'])(
  '%s never makes elements of data, nor keeps it',
  async (path) => {
    const { text } = await api('GET', path)
    expect(text).not.toMatch(
      /innerHTML|outerHTML|insertAdjacentHTML|document\.write|eval\(|localStorage|cookie/,
    )
  },
)

test.each([
  '/docs/',
  '/docs/index.html',
  '/docs/../vin/1HG.json',
  '/docs/..%2Fvin%2F1HG.json',
  '/docs/%2e%2e/vin/1HG.json',
  '/docs/vin/1HG.json',
  '/docs//docs.js',
  '/docs/docs.js/',
  '/docs/vin.js',
  '/vin/1HG.json',
  '/index.html',
])('no other asset is shown: %s is 404', async (path) => {
  const answer = await api('GET', path)
  expect([answer.status, answer.at('code')]).toEqual([404, 'not_found'])
})

test('the asset that is asked for there in vain does exist', async () => {
  expect((await env.ASSETS.fetch('https://assets.invalid/vin/1HG.json')).status).toBe(200)
})

test.each([
  ['fails', () => Promise.reject(new Error('away'))],
  ['has no such file', async () => new Response('', { status: 404 })],
])('where the binding of assets %s, the page is 503', async (_what, fetch) => {
  setVariables({ ASSETS: { fetch } })
  const answer = await api('GET', '/docs')
  expect([answer.status, answer.at('code')]).toEqual([503, 'unavailable'])
})
