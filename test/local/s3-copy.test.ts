import { describe, expect, test } from 'vitest'
import { aws, BUCKET, JPEG, presignPut, refusalOf, upload, useS3 } from './s3-stand.ts'

const stand = useS3()

const copy = (to: string, headers: Record<string, string>) =>
  aws.fetch(`${stand.url}/${to}`, { method: 'PUT', headers })
const from = (key: string) => ({ 'x-amz-copy-source': `/${BUCKET}/${key}` })

describe('CopyObject', () => {
  test('takes bytes and type along, and tells the ETag', async () => {
    const etag = (await upload(stand, 'a/front 1.jpg')).headers.get('etag') ?? ''
    const copied = await copy('b/front.jpg', {
      ...from('a/front%201.jpg'),
      'x-amz-copy-source-if-match': etag,
    })
    expect([copied.status, await copied.text()]).toEqual([
      200,
      expect.stringContaining(`<ETag>${etag.replaceAll('"', '&quot;')}</ETag>`),
    ])
    const read = await aws.fetch(`${stand.url}/b/front.jpg`)
    expect([read.headers.get('content-type'), read.headers.get('etag')]).toEqual(['image/jpeg', etag])
    expect(new Uint8Array(await read.arrayBuffer())).toEqual(JPEG)
  })

  test('what changes the source afterwards does not change the copy', async () => {
    await upload(stand, 'a/back.jpg')
    await (await copy('b/back.jpg', from('a/back.jpg'))).text()
    await upload(stand, 'a/back.jpg', new Uint8Array([1, 2, 3]))
    expect(new Uint8Array(await (await aws.fetch(`${stand.url}/b/back.jpg`)).arrayBuffer())).toEqual(JPEG)
  })

  test('another ETag than the source has is refused, and nothing is copied', async () => {
    await upload(stand, 'a/changed.jpg')
    const headers = { ...from('a/changed.jpg'), 'x-amz-copy-source-if-match': '"0123"' }
    expect(await refusalOf(await copy('b/changed.jpg', headers))).toBe('412 PreconditionFailed')
    expect((await aws.fetch(`${stand.url}/b/changed.jpg`)).status).toBe(404)
  })

  test.each([
    ['a source that is not there', from('a/none.jpg'), '404 NoSuchKey'],
    ['another bucket', { 'x-amz-copy-source': '/another/a.jpg' }, '404 NoSuchBucket'],
    ['no key', { 'x-amz-copy-source': 'a' }, '400 InvalidArgument'],
    ['onto itself', from('b/none.jpg'), '400 InvalidRequest'],
    [
      'with what is not implemented',
      { ...from('a/none.jpg'), 'x-amz-metadata-directive': 'REPLACE' },
      '501 NotImplemented',
    ],
  ])('%s is refused', async (_what, headers, refusal) => {
    expect(await refusalOf(await copy('b/none.jpg', headers))).toBe(refusal)
  })

  test('a signed address for an upload copies nothing', async () => {
    await upload(stand, 'a/secret.jpg')
    const url = await presignPut(stand, 'b/stolen.jpg', { 'content-type': 'image/jpeg' })
    const headers = { 'content-type': 'image/jpeg', ...from('a/secret.jpg') }
    expect(await refusalOf(await fetch(url, { method: 'PUT', headers }))).toBe('403 AccessDenied')
  })
})
