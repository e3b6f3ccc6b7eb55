import { readdirSync } from 'node:fs'
import { join } from 'node:path'
import { Readable } from 'node:stream'
import { describe, expect, test } from 'vitest'
import { Objects } from '../../local/s3/objects.ts'
import { aws, BUCKET, presignGet, refusalOf, upload, useS3 } from './s3-stand.ts'

const stand = useS3()

describe('keys', () => {
  test.each(["it's (1) + more & that=this?.jpg", 'ünïcode/車.jpg', 'a//b', '100%.txt', 'x'.repeat(1_024)])(
    '%s',
    async (key) => {
      const url = `${stand.url}/${key.split('/').map(encodeURIComponent).join('/')}`
      expect((await aws.fetch(url, { method: 'PUT', body: key })).status).toBe(200)
      expect(await (await aws.fetch(url)).text()).toBe(key)
    },
  )

  test.each(['../../outside.txt', '..', '/etc/outside.txt'])('%s stays inside the directory', async (key) => {
    // Clients tidy such paths before they sign them; the files behind the server are asked directly.
    const objects = new Objects(join(stand.dir, BUCKET))
    const expected = { sizeBytes: 5, sha256: null, md5Base64: null }
    const { dataFile } = await objects.write(key, Readable.from([Buffer.from('hello')]), {}, expected)
    expect(readdirSync(join(stand.dir, BUCKET))).toContain(dataFile)
    expect(readdirSync(stand.dir)).toEqual([BUCKET])
    expect((await objects.find(key))?.key).toBe(key)
  })

  test('one of more than 1024 bytes is refused', async () => {
    expect(await refusalOf(await aws.fetch(`${stand.url}/${'x'.repeat(1_025)}`))).toBe('400 KeyTooLongError')
  })

  test('keys that differ in case only are different', async () => {
    await aws.fetch(`${stand.url}/Case`, { method: 'PUT', body: 'upper' })
    await aws.fetch(`${stand.url}/case`, { method: 'PUT', body: 'lower' })
    expect(await (await aws.fetch(`${stand.url}/Case`)).text()).toBe('upper')
  })
})

describe('reading', () => {
  test.each([
    ['bytes=0-9', 206, 'bytes 0-9/2000', 10],
    ['bytes=1990-', 206, 'bytes 1990-1999/2000', 10],
    ['bytes=-5', 206, 'bytes 1995-1999/2000', 5],
    ['bytes=1999-5000', 206, 'bytes 1999-1999/2000', 1],
    ['bytes=0-1,5-6', 200, null, 2_000],
  ])('%s', async (range, status, contentRange, length) => {
    await upload(stand, 'ranges.jpg')
    const response = await fetch(await presignGet(stand, 'ranges.jpg'), { headers: { range } })
    expect([response.status, response.headers.get('content-range')]).toEqual([status, contentRange])
    expect((await response.arrayBuffer()).byteLength).toBe(length)
  })

  test('a range behind the end is refused', async () => {
    await upload(stand, 'ranges.jpg')
    const response = await fetch(await presignGet(stand, 'ranges.jpg'), { headers: { range: 'bytes=2000-' } })
    expect(await refusalOf(response)).toBe('416 InvalidRange')
  })

  test('an empty object is an object', async () => {
    expect((await upload(stand, 'empty.jpg', new Uint8Array(0))).status).toBe(200)
    expect(await (await fetch(await presignGet(stand, 'empty.jpg'))).text()).toBe('')
  })

  test('what the client has already is not sent again', async () => {
    const etag = (await upload(stand, 'cached.jpg')).headers.get('etag') ?? ''
    const response = await fetch(await presignGet(stand, 'cached.jpg'), {
      headers: { 'if-none-match': etag },
    })
    expect([response.status, await response.text()]).toEqual([304, ''])
  })

  test('a signed URL may name the file under which it is saved', async () => {
    await upload(stand, 'saved.jpg')
    const disposition = 'attachment; filename="Title.pdf"'
    const query = `&response-content-disposition=${encodeURIComponent(disposition)}`
    const url = await presignGet(stand, 'saved.jpg', query)
    expect((await fetch(url)).headers.get('content-disposition')).toBe(disposition)
  })
})

describe('browsers', () => {
  const origin = 'http://localhost:3000'
  test('a preflight from anywhere allows the upload', async () => {
    const response = await fetch(`${stand.url}/any`, {
      method: 'OPTIONS',
      headers: {
        origin,
        'access-control-request-method': 'PUT',
        'access-control-request-headers': 'content-type',
      },
    })
    expect(response.status).toBe(200)
    expect(Object.fromEntries(response.headers)).toMatchObject({
      'access-control-allow-origin': '*',
      'access-control-allow-methods': expect.stringContaining('PUT'),
      'access-control-allow-headers': 'content-type',
    })
  })

  test('a preflight for another method is refused', async () => {
    const headers = { origin, 'access-control-request-method': 'DELETE' }
    const response = await fetch(`${stand.url}/any`, { method: 'OPTIONS', headers })
    expect(await refusalOf(response)).toBe('403 AccessDenied')
  })

  test('answers and errors can be read, the ETag too', async () => {
    await upload(stand, 'browser.jpg')
    const read = await fetch(await presignGet(stand, 'browser.jpg'), { headers: { origin } })
    const refused = await fetch(`${stand.url}/browser.jpg`, { headers: { origin } })
    for (const response of [read, refused]) {
      expect(response.headers.get('access-control-allow-origin')).toBe('*')
      expect(response.headers.get('access-control-expose-headers')).toBe('ETag')
    }
  })
})

test('errors are in the XML of S3, and repeat nothing that could be markup', async () => {
  const response = await aws.fetch(`${stand.url}/${encodeURIComponent('<a>&"')}`)
  const text = await response.text()
  expect(response.headers.get('content-type')).toBe('application/xml')
  expect(text).toMatch(/^<\?xml version="1.0" encoding="UTF-8"\?>\n<Error><Code>NoSuchKey<\/Code><Message>/)
  expect(text).toContain('<Key>&lt;a&gt;&amp;&quot;</Key>')
})
