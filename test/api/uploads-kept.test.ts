/** A signed address stays good for a while after its file was put to a vehicle: what is shown must not change by it. */
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { createDeps } from '../../src/deps.ts'
import { documentMadeSchema, imageMadeSchema } from '../../src/vehicles/body-schemas.ts'
import { createDraftVehicle, signIn } from '../support/index.ts'
import { refusalOf } from '../support/sessions.ts'
import { PIXELS, put, readAnswer, uploadsOf } from '../support/uploads.ts'
import { REFUSING_URL, setVariables } from '../support/variables.ts'

const OTHER_PIXELS = new TextEncoder().encode('another picture of another car altogether')
const seller = await signIn()
const { call, signUpload } = uploadsOf(seller)

const bytesAt = async (url: string | null): Promise<Uint8Array> =>
  new Uint8Array(await (await fetch(url ?? '')).arrayBuffer())

test('a picture that was put to a vehicle stays as it is, whatever is sent to its signed address afterwards', async () => {
  const id = await createDraftVehicle(seller)
  const signed = await signUpload(id)
  await readAnswer(await put(signed))
  const confirm = async () =>
    (await call('POST', `${id}/images`, { s3_key: signed.s3_key })).expect(201).as(imageMadeSchema)
  const { image, image_id } = await confirm()
  await readAnswer(await put(signed, { body: OTHER_PIXELS }))
  expect(await bytesAt(image.url)).toEqual(PIXELS)
  // Confirmed anew it is the same image, and the same file.
  expect((await confirm()).image_id).toBe(image_id)
  expect(await bytesAt(image.url)).toEqual(PIXELS)
})

test('a document stays as it is as well', async () => {
  const id = await createDraftVehicle(seller)
  const signed = await signUpload(id, { kind: 'document', content_type: 'application/pdf' })
  await readAnswer(await put(signed))
  const body = { s3_key: signed.s3_key, doc_type: 'title', filename: 'Title.pdf' }
  const { document } = (await call('POST', `${id}/documents`, body)).expect(201).as(documentMadeSchema)
  await readAnswer(await put(signed, { body: OTHER_PIXELS }))
  expect(await bytesAt(document.url)).toEqual(PIXELS)
})

test('of two confirmations at once, with another file sent between them, one file and its size are kept', async () => {
  const id = await createDraftVehicle(seller)
  const signed = await signUpload(id)
  await readAnswer(await put(signed))
  const confirm = () => call('POST', `${id}/images`, { s3_key: signed.s3_key })
  const answers = await Promise.all([
    confirm(),
    put(signed, { body: OTHER_PIXELS }).then(readAnswer),
    confirm(),
  ])
  // Whoever looked at one file and found another is told to ask again.
  for (const { status } of [answers[0], answers[2]]) expect([201, 409]).toContain(status)
  const { image } = (await confirm()).expect(201).as(imageMadeSchema)
  const kept = await bytesAt(image.url)
  await readAnswer(await put(signed, { body: kept.length === PIXELS.length ? OTHER_PIXELS : PIXELS }))
  ;(await confirm()).expect(201)
  expect(await bytesAt(image.url)).toEqual(kept)
})

test('what was looked at is what is kept: a file of another ETag is not copied', async () => {
  const id = await createDraftVehicle(seller)
  const signed = await signUpload(id)
  await readAnswer(await put(signed))
  const { storage } = createDeps(env)
  const from = `uploads/${signed.s3_key}`
  const seen = await storage?.head(from)
  await readAnswer(await put(signed, { body: OTHER_PIXELS }))
  expect(await storage?.copy(from, signed.s3_key, seen?.etag ?? '')).toBe(false)
  expect(await storage?.copy(`${from}.gone`, signed.s3_key, seen?.etag ?? '')).toBe(false)
  expect(await storage?.head(signed.s3_key)).toBeNull()
  const now = await storage?.head(from)
  expect(await storage?.copy(from, signed.s3_key, now?.etag ?? '')).toBe(true)
  expect(await storage?.head(signed.s3_key)).toEqual(now)
})

test('no signed address of an upload writes where files are kept', async () => {
  const id = await createDraftVehicle(seller)
  for (const fields of [{}, { kind: 'document', content_type: 'application/pdf' }]) {
    const signed = await signUpload(id, fields)
    expect(new URL(signed.upload_url).pathname).toMatch(new RegExp(`/uploads/vehicles/${id}/`))
    await readAnswer(await put(signed))
    expect(await createDeps(env).storage?.head(signed.s3_key)).toBeNull()
  }
})

test('a picture whose copying fails is not put to the vehicle', async () => {
  const id = await createDraftVehicle(seller)
  const signed = await signUpload(id)
  await readAnswer(await put(signed))
  setVariables({ S3_ENDPOINT: REFUSING_URL })
  const body = { s3_key: signed.s3_key }
  expect(refusalOf(await call('POST', `${id}/images`, body))).toEqual([503, 'unavailable'])
  expect((await call('GET', `${id}`)).at('images')).toEqual([])
})
