import { createHash } from 'node:crypto'
import { readdirSync } from 'node:fs'
import { request as httpRequest } from 'node:http'
import { connect } from 'node:net'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { aws, BUCKET, JPEG, presignGet, presignPut, refusalOf, upload, useS3 } from './s3-stand.ts'

const stand = useS3()

describe('uploads by a presigned URL', () => {
  const headers = { 'content-type': 'image/jpeg', 'content-length': '2000' }
  const put = (url: string, body: Uint8Array<ArrayBuffer>, type = 'image/jpeg') =>
    fetch(url, { method: 'PUT', body, headers: { 'content-type': type } })

  test('what was signed is stored, and can be read with its type and ETag', async () => {
    const stored = await put(await presignPut(stand, 'vehicles/1/a.jpg', headers), JPEG)
    const etag = `"${createHash('md5').update(JPEG).digest('hex')}"`
    expect([stored.status, stored.headers.get('etag')]).toEqual([200, etag])
    const read = await fetch(await presignGet(stand, 'vehicles/1/a.jpg'))
    expect(new Uint8Array(await read.arrayBuffer())).toEqual(JPEG)
    expect(Object.fromEntries(read.headers)).toMatchObject({
      'content-type': 'image/jpeg',
      'content-length': '2000',
      etag,
    })
  })

  test('another type is refused', async () => {
    const url = await presignPut(stand, 'vehicles/1/type.jpg', headers)
    expect(await refusalOf(await put(url, JPEG, 'text/html'))).toBe('403 SignatureDoesNotMatch')
  })

  test('another length is refused, shorter and longer', async () => {
    const url = await presignPut(stand, 'vehicles/1/length.jpg', headers)
    expect(await refusalOf(await put(url, JPEG.slice(0, 1_999)))).toBe('403 SignatureDoesNotMatch')
    expect(await refusalOf(await put(url, new Uint8Array(2_001)))).toBe('403 SignatureDoesNotMatch')
  })

  test('another key is refused', async () => {
    const url = (await presignPut(stand, 'vehicles/1/key.jpg', headers)).replace('vehicles/1', 'vehicles/2')
    expect(await refusalOf(await put(url, JPEG))).toBe('403 SignatureDoesNotMatch')
  })

  test('an expired URL is refused', async () => {
    const url = await presignPut(stand, 'vehicles/1/late.jpg', headers, 60)
    stand.nowMs = Date.now() + 62_000
    expect(await refusalOf(await put(url, JPEG))).toBe('403 AccessDenied')
  })

  test('a URL for PUT is none for GET or DELETE', async () => {
    await upload(stand, 'vehicles/1/method.jpg')
    const url = await presignPut(stand, 'vehicles/1/method.jpg', headers)
    expect(await refusalOf(await fetch(url, { headers }))).toBe('403 SignatureDoesNotMatch')
    expect(await refusalOf(await fetch(url, { method: 'DELETE', headers }))).toBe('403 SignatureDoesNotMatch')
  })

  test('nothing that was refused is there', async () => {
    for (const name of ['type', 'length', 'key', 'late']) {
      expect(await refusalOf(await fetch(await presignGet(stand, `vehicles/1/${name}.jpg`)))).toBe(
        '404 NoSuchKey',
      )
    }
  })

  test('a body of unknown length is refused', async () => {
    const url = new URL(await presignPut(stand, 'vehicles/1/chunked.jpg', { 'content-type': 'image/jpeg' }))
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const request = httpRequest(
        url,
        { method: 'PUT', headers: { 'content-type': 'image/jpeg' } },
        (response) => {
          response.resume()
          resolve(response.statusCode)
        },
      )
      request.once('error', reject)
      request.write('one')
      request.end('two')
    })
    expect(status).toBe(411)
  })

  test('an upload that breaks off leaves the object before it', async () => {
    await upload(stand, 'vehicles/1/broken.jpg')
    const url = new URL(await presignPut(stand, 'vehicles/1/broken.jpg', headers))
    await new Promise<void>((resolve, reject) => {
      const socket = connect(Number(url.port), url.hostname, () => {
        socket.write(
          `PUT ${url.pathname}${url.search} HTTP/1.1\r\nhost: ${url.host}\r\ncontent-type: image/jpeg\r\ncontent-length: 2000\r\n\r\nonly this`,
          () => socket.destroy(),
        )
      })
      socket.once('close', () => resolve())
      socket.once('error', reject)
    })
    const read = await fetch(await presignGet(stand, 'vehicles/1/broken.jpg'))
    expect(new Uint8Array(await read.arrayBuffer())).toEqual(JPEG)
    await expect
      .poll(() => readdirSync(join(stand.dir, BUCKET)).filter((name) => name.endsWith('.data')).length)
      .toBe(readdirSync(join(stand.dir, BUCKET)).filter((name) => name.endsWith('.json')).length)
  })
})

describe('requests signed in a header', () => {
  test('PUT, HEAD, GET, DELETE', async () => {
    const url = `${stand.url}/signed/by%20header.txt`
    const stored = await aws.fetch(url, {
      method: 'PUT',
      body: 'hello',
      headers: { 'content-type': 'text/plain', 'x-amz-meta-owner': 'me' },
    })
    expect(stored.status).toBe(200)
    const head = await aws.fetch(url, { method: 'HEAD' })
    expect(Object.fromEntries(head.headers)).toMatchObject({
      'content-length': '5',
      'content-type': 'text/plain',
      'x-amz-meta-owner': 'me',
    })
    expect(await (await aws.fetch(url)).text()).toBe('hello')
    expect((await aws.fetch(url, { method: 'DELETE' })).status).toBe(204)
    expect((await aws.fetch(url, { method: 'HEAD' })).status).toBe(404)
    expect((await aws.fetch(url, { method: 'DELETE' })).status).toBe(204)
  })

  test('a body that is not the signed one is refused and not stored', async () => {
    const url = `${stand.url}/signed/body.txt`
    const hash = createHash('sha256').update('hello').digest('hex')
    const signed = await aws.sign(url, { method: 'PUT', headers: { 'x-amz-content-sha256': hash } })
    const response = await fetch(url, { method: 'PUT', body: 'other', headers: signed.headers })
    expect(await refusalOf(response)).toBe('400 XAmzContentSHA256Mismatch')
    expect((await aws.fetch(url)).status).toBe(404)
  })

  test('the bucket is there, another is not', async () => {
    expect((await aws.fetch(`${stand.url}`, { method: 'HEAD' })).status).toBe(200)
    expect(await refusalOf(await aws.fetch(`${new URL(stand.url).origin}/another/key`))).toBe(
      '404 NoSuchBucket',
    )
  })

  test('without a signature nothing is told', async () => {
    expect(await refusalOf(await fetch(`${stand.url}/vehicles/1/a.jpg`))).toBe('403 AccessDenied')
    expect(await refusalOf(await fetch(`${new URL(stand.url).origin}/another/key`))).toBe('403 AccessDenied')
  })
})
