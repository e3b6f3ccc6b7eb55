import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { createDeps } from '../../src/deps.ts'
import { UPLOAD_EXPIRES_S } from '../../src/external/s3.ts'
import { createActiveVehicle, createDraftVehicle, signIn, signInAdmin } from '../support/index.ts'
import { refusalOf } from '../support/sessions.ts'
import { PIXELS, put, readAnswer, uploadsOf } from '../support/uploads.ts'
import { setVariables } from '../support/variables.ts'

const seller = await signIn()
const { call, signUpload } = uploadsOf(seller)

describe('POST /api/vehicles/:id/upload-url', () => {
  test('signs a PUT under a key of the vehicle’s own', async () => {
    const id = await createDraftVehicle(seller)
    const signed = await signUpload(id)
    expect(signed).toEqual({
      upload_url: expect.stringContaining(`${signed.s3_key}?`),
      s3_key: expect.stringMatching(new RegExp(`^vehicles/${id}/images/[0-9a-f-]{36}\\.png$`)),
      public_url: expect.stringContaining(`${signed.s3_key}?`),
      method: 'PUT',
      headers: { 'content-type': 'image/png' },
      expires_in: UPLOAD_EXPIRES_S,
    })
    expect((await readAnswer(await put(signed)))[0]).toBe(200)
    const seen = await fetch(signed.public_url)
    expect([seen.status, seen.headers.get('content-type')]).toEqual([200, 'image/png'])
    expect(new Uint8Array(await seen.arrayBuffer())).toEqual(PIXELS)
  })

  test('a name that is a path has no say in the key', async () => {
    const id = await createDraftVehicle(seller)
    const { s3_key } = await signUpload(id, { filename: '../../1/images/x.png\r\nX-Evil: 1' })
    expect(s3_key).toMatch(new RegExp(`^vehicles/${id}/images/[0-9a-f-]{36}\\.png$`))
  })

  test.each([
    [{ content_type: 'image/gif' }, 'content_type'],
    [{ content_type: 'image/svg+xml' }, 'content_type'],
    [{ content_type: 'text/html' }, 'content_type'],
    [{ content_type: 'application/pdf' }, 'content_type'],
    [{ kind: 'document' }, 'content_type'],
    [{ content_type: 'image/png\r\nX-Evil: 1' }, 'content_type'],
    [{ size: 20 * 1024 * 1024 + 1 }, 'size'],
    [{ kind: 'document', content_type: 'application/pdf', size: 50 * 1024 * 1024 + 1 }, 'size'],
    [{ size: 0 }, 'size'],
    [{ size: -1 }, 'size'],
    [{ size: 1.5 }, 'size'],
    [{ size: '5' }, 'size'],
    [{ filename: '' }, 'filename'],
    [{ filename: 'x'.repeat(256) }, 'filename'],
    [{ kind: 'video' }, 'kind'],
  ])('%j is 400', async (fields, path) => {
    const id = await createDraftVehicle(seller)
    const body = { filename: 'a.png', content_type: 'image/png', ...fields }
    const answer = await call('POST', `${id}/upload-url`, body)
    expect([...refusalOf(answer), answer.at('details.0.path')]).toEqual([400, 'validation_failed', path])
  })

  test('without a storage it is 503', async () => {
    const id = await createDraftVehicle(seller)
    setVariables({ S3_BUCKET: '' })
    const answer = await call('POST', `${id}/upload-url`, { filename: 'a.png', content_type: 'image/png' })
    expect([...refusalOf(answer), answer.headers.has('Retry-After')]).toEqual([503, 'unavailable', true])
  })

  test('with S3_PUBLIC_BASE_URL pictures are seen there, documents never', async () => {
    setVariables({ S3_PUBLIC_BASE_URL: 'https://pictures.example.com/' })
    const id = await createDraftVehicle(seller)
    const picture = await signUpload(id)
    expect(picture.public_url).toBe(`https://pictures.example.com/${picture.s3_key}`)
    const paper = await signUpload(id, { kind: 'document', content_type: 'application/pdf' })
    expect(paper.public_url).toContain('X-Amz-Signature=')
  })

  test('an admin may put images to a vehicle of another', async () => {
    const [stranger, admin] = [await signIn(), await signInAdmin()]
    const id = await createActiveVehicle(seller)
    const body = { filename: 'a.png', content_type: 'image/png' }
    ;(await call('POST', `${id}/upload-url`, body, admin)).expect(200)
    expect(refusalOf(await call('POST', `${id}/upload-url`, body, stranger))).toEqual([403, 'forbidden'])
  })
})

describe('the storage refuses', () => {
  const refused = async (response: Response) => {
    const [status, text] = await readAnswer(response)
    return [status, /<Code>(\w+)<\/Code>/.exec(text)?.[1]]
  }

  test('a wrong type', async () => {
    const signed = await signUpload(await createDraftVehicle(seller))
    expect(await refused(await put(signed, { type: 'text/html' }))).toEqual([403, 'SignatureDoesNotMatch'])
  })

  test('a wrong length where the size was given, and takes the right one', async () => {
    const signed = await signUpload(await createDraftVehicle(seller), { size: PIXELS.byteLength })
    expect(signed.headers).toEqual({ 'content-type': 'image/png' })
    for (const body of [PIXELS.slice(1), new Uint8Array([...PIXELS, 0])]) {
      expect(await refused(await put(signed, { body }))).toEqual([403, 'SignatureDoesNotMatch'])
    }
    expect((await readAnswer(await put(signed)))[0]).toBe(200)
  })

  test('a changed key', async () => {
    const signed = await signUpload(await createDraftVehicle(seller))
    const url = signed.upload_url.replace(/images\/[0-9a-f]/, 'images/x')
    expect(url).not.toBe(signed.upload_url)
    expect(await refused(await put(signed, { url }))).toEqual([403, 'SignatureDoesNotMatch'])
  })

  test('a longer expiry than was signed', async () => {
    const signed = await signUpload(await createDraftVehicle(seller))
    const url = signed.upload_url.replace(`X-Amz-Expires=${UPLOAD_EXPIRES_S}`, 'X-Amz-Expires=86400')
    expect(url).not.toBe(signed.upload_url)
    expect(await refused(await put(signed, { url }))).toEqual([403, 'SignatureDoesNotMatch'])
  })

  test('an expired address', async () => {
    const { storage } = createDeps(env)
    const key = `vehicles/1/images/${crypto.randomUUID()}.png`
    const before = Date.now() - (UPLOAD_EXPIRES_S + 1) * 1_000
    const old = await storage?.signUpload(key, 'image/png', null, before)
    const response = await fetch(old?.url ?? '', { method: 'PUT', headers: old?.headers ?? {}, body: PIXELS })
    const [status, text] = await readAnswer(response)
    expect([status, text]).toEqual([403, expect.stringContaining('Request has expired')])
  })

  test('another method', async () => {
    const { upload_url } = await signUpload(await createDraftVehicle(seller))
    expect(await refused(await fetch(upload_url))).toEqual([403, 'SignatureDoesNotMatch'])
  })
})
