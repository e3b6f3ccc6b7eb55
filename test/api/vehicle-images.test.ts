import { env } from 'cloudflare:workers'
import { describe, expect, test } from 'vitest'
import { createDeps } from '../../src/deps.ts'
import { api, createDraftVehicle, query, signIn } from '../support/index.ts'
import { refusalOf } from '../support/sessions.ts'
import { PIXELS, readAnswer, uploadsOf } from '../support/uploads.ts'
import { REFUSING_URL, setVariables } from '../support/variables.ts'

const seller = await signIn()
const { call, signUpload, upload, uploadDocument, addImage, imagesOf } = uploadsOf(seller)

describe('images', () => {
  test('the first one becomes primary, later ones where they say so', async () => {
    const id = await createDraftVehicle(seller)
    const first = await addImage(id, { caption: 'Front', url: 'https://evil.example/x.png' })
    expect(first).toEqual({
      message: 'Image added',
      image_id: first.image.id,
      is_primary: true,
      image: {
        id: first.image_id,
        url: expect.stringContaining(`/vehicles/${id}/images/`),
        is_primary: true,
        caption: 'Front',
        sort_order: 0,
      },
    })
    expect((await addImage(id, { caption: '' })).image).toMatchObject({ is_primary: false, caption: null })
    const third = await addImage(id, { is_primary: true })
    expect((await imagesOf(id)).map(({ is_primary }) => is_primary)).toEqual([false, false, true])
    const shown = await call('GET', `${id}`)
    expect(shown.at('primary_image_url')).toBe(third.image.url)
    expect((await fetch(third.image.url ?? '')).status).toBe(200)
  })

  test('what was not uploaded is 409', async () => {
    const id = await createDraftVehicle(seller)
    const { s3_key } = await signUpload(id)
    expect(refusalOf(await call('POST', `${id}/images`, { s3_key }))).toEqual([409, 'not_uploaded'])
  })

  test('only a key of this vehicle and of a picture is taken', async () => {
    const [id, other] = [await createDraftVehicle(seller), await createDraftVehicle(seller)]
    const document = await uploadDocument(id)
    const keys = [
      await upload(other),
      document,
      '',
      'x',
      '../x',
      `vehicles/${id}/images/../../1/x.png`,
      7,
      null,
    ]
    for (const s3_key of keys) {
      const answer = await call('POST', `${id}/images`, { s3_key })
      expect([...refusalOf(answer), answer.at('details.0.path')]).toEqual([
        400,
        'validation_failed',
        's3_key',
      ])
    }
    expect(await imagesOf(id)).toEqual([])
  })

  test('the object itself is looked at: an empty one, and one of another type, are refused', async () => {
    const id = await createDraftVehicle(seller)
    const { storage } = createDeps(env)
    const key = `vehicles/${id}/images/${crypto.randomUUID()}.png`
    for (const [type, body] of [
      ['image/png', new Uint8Array()],
      ['text/html', PIXELS],
    ] as const) {
      const signed = await storage?.signUpload(`uploads/${key}`, type, null, Date.now())
      const stored = await fetch(signed?.url ?? '', { method: 'PUT', headers: signed?.headers ?? {}, body })
      expect((await readAnswer(stored))[0]).toBe(200)
      expect(refusalOf(await call('POST', `${id}/images`, { s3_key: key }))).toEqual([
        400,
        'validation_failed',
      ])
    }
  })

  test('the same key again is the same image', async () => {
    const id = await createDraftVehicle(seller)
    const s3_key = await upload(id)
    const answers = await Promise.all([1, 2, 3].map(() => call('POST', `${id}/images`, { s3_key })))
    expect(new Set(answers.map((answer) => answer.expect(201).int('image_id'))).size).toBe(1)
    expect(await imagesOf(id)).toHaveLength(1)
  })

  test('an Idempotency-Key repeats the answer', async () => {
    const id = await createDraftVehicle(seller)
    const body = { s3_key: await upload(id) }
    const add = () =>
      api('POST', `/api/vehicles/${id}/images`, {
        as: seller,
        body,
        headers: { 'Idempotency-Key': 'photo-1' },
      })
    const first = (await add()).expect(201)
    const again = (await add()).expect(201)
    expect([again.body, again.headers.get('Idempotent-Replay')]).toEqual([first.body, 'true'])
  })

  test('at most 40, also when the last ones come at once', async () => {
    const id = await createDraftVehicle(seller)
    const rows = Array.from(
      { length: 38 },
      (_, i) => `(${id}, 'vehicles/${id}/images/${i}', 'image/png', 1, ${i}, NOW(3))`,
    )
    await query(
      `INSERT INTO vehicle_images (vehicle_id, s3_key, content_type, size_bytes, sort_order, created_at) VALUES ${rows.join()}`,
    )
    const keys = await Promise.all([1, 2, 3, 4].map(() => upload(id)))
    const answers = await Promise.all(keys.map((s3_key) => call('POST', `${id}/images`, { s3_key })))
    expect(answers.map(({ status }) => status).sort()).toEqual([201, 201, 409, 409])
    expect(answers.find(({ status }) => status === 409)?.at('code')).toBe('too_many_images')
    expect(await imagesOf(id)).toHaveLength(40)
  })

  test('caption and primary can be changed; another one takes the place of a primary that is none any more', async () => {
    const id = await createDraftVehicle(seller)
    const [a, b] = [await addImage(id), await addImage(id)]
    const change = (imageId: number, body: unknown) => call('PATCH', `${id}/images/${imageId}`, body)
    const primaries = async () =>
      (await imagesOf(id)).filter(({ is_primary }) => is_primary).map((image) => image.id)
    expect((await change(b.image_id, { caption: 'Rear' })).expect(200).at('image.caption')).toBe('Rear')
    expect((await change(b.image_id, { is_primary: true })).expect(200).at('image.is_primary')).toBe(true)
    expect(await primaries()).toEqual([b.image_id])
    expect((await change(b.image_id, { is_primary: false })).expect(200).at('image.is_primary')).toBe(false)
    expect(await primaries()).toEqual([a.image_id])
    expect((await change(b.image_id, { caption: null })).expect(200).at('image.caption')).toBeNull()
    for (const body of [{ is_primary: 'yes' }, { caption: 'x'.repeat(201) }, '{']) {
      expect(refusalOf(await change(b.image_id, body))[0]).toBe(400)
    }
  })

  test('a deleted image takes its file along, and a primary one is replaced', async () => {
    const id = await createDraftVehicle(seller)
    const [a, b] = [await addImage(id), await addImage(id)]
    const answer = await call('DELETE', `${id}/images/${a.image_id}`)
    expect(answer.expect(200).body).toEqual({ message: 'Image deleted' })
    expect((await imagesOf(id)).map((image) => [image.id, image.is_primary])).toEqual([[b.image_id, true]])
    await expect.poll(async () => (await fetch(a.image.url ?? '')).status).toBe(404)
    expect(refusalOf(await call('DELETE', `${id}/images/${a.image_id}`))).toEqual([404, 'not_found'])
  })

  test('repeated under its Idempotency-Key it is the first answer, whatever became of the image since', async () => {
    const id = await createDraftVehicle(seller)
    const body = { s3_key: await upload(id), caption: 'Front' }
    const headers = { 'Idempotency-Key': crypto.randomUUID() }
    const add = (changes = {}) =>
      api('POST', `/api/vehicles/${id}/images`, { as: seller, body: { ...body, ...changes }, headers })
    const first = (await add()).expect(201)
    expect(first.headers.get('idempotent-replay')).toBeNull()
    await call('DELETE', `${id}/images/${first.int('image_id')}`)
    await call('POST', `${id}/archive`)
    const again = await add()
    expect([again.status, again.headers.get('idempotent-replay'), again.text]).toEqual([
      201,
      'true',
      first.text,
    ])
    expect(await imagesOf(id)).toEqual([])
    expect(refusalOf(await add({ caption: 'Back' }))).toEqual([409, 'id_reused'])
  })

  test('an image of another vehicle is 404', async () => {
    const [id, other] = [await createDraftVehicle(seller), await createDraftVehicle(seller)]
    const { image_id } = await addImage(other)
    for (const [method, body] of [
      ['PATCH', { caption: 'mine' }],
      ['DELETE', undefined],
    ] as const) {
      expect(refusalOf(await call(method, `${id}/images/${image_id}`, body))).toEqual([404, 'not_found'])
    }
    expect(await imagesOf(other)).toHaveLength(1)
  })

  test('the order names every image once', async () => {
    const id = await createDraftVehicle(seller)
    const ids = [(await addImage(id)).image_id, (await addImage(id)).image_id, (await addImage(id)).image_id]
    const [a, b, c] = ids
    const order = (image_ids: unknown) => call('PUT', `${id}/images/order`, { image_ids })
    const ordered = await order([c, a, b])
    expect(ordered.expect(200).at('images.0.id')).toBe(c)
    expect((await imagesOf(id)).map((image) => image.id)).toEqual([c, a, b])
    for (const wrong of [[], [a, b], [a, b, b], [a, b, c, c], [a, b, 1], ['x'], 'abc', undefined]) {
      expect(refusalOf(await order(wrong)), JSON.stringify(wrong)).toEqual([400, 'validation_failed'])
    }
  })

  test('with the storage away it is 503', async () => {
    const id = await createDraftVehicle(seller)
    const s3_key = await upload(id)
    setVariables({ S3_ENDPOINT: REFUSING_URL })
    expect(refusalOf(await call('POST', `${id}/images`, { s3_key }))).toEqual([503, 'unavailable'])
  })
})
