/** Files put to vehicles as a browser does it: a signed address, the PUT to the storage, the call that confirms it. */
import { expect } from 'vitest'
import type { z } from 'zod'
import { imageMadeSchema, uploadSchema } from '../../src/vehicles/body-schemas.ts'
import { vehicleSchema } from '../../src/vehicles/schemas.ts'
import { type ApiResponse, api } from './api.ts'
import type { Person } from './people.ts'

export const PIXELS = new TextEncoder().encode('not a picture, but the storage does not look inside')

export type Upload = z.output<typeof uploadSchema>

/** Calls below `/api/vehicles/` on behalf of somebody. */
export const callAs =
  (person: Person) =>
  (method: string, path: string, body?: unknown, as: Person = person): Promise<ApiResponse> =>
    api(method, `/api/vehicles/${path}`, { as, body })

export const readAnswer = async (response: Response): Promise<[number, string]> => [
  response.status,
  await response.text(),
]

export function put(
  { upload_url, headers }: Upload,
  changes: { url?: string; body?: Uint8Array; type?: string } = {},
): Promise<Response> {
  return fetch(changes.url ?? upload_url, {
    method: 'PUT',
    headers: { ...headers, ...(changes.type && { 'content-type': changes.type }) },
    body: changes.body ?? PIXELS,
  })
}

/** The steps of an upload by one seller. */
export function uploadsOf(seller: Person) {
  const call = callAs(seller)
  const signUpload = async (id: number, fields: object = {}): Promise<Upload> =>
    (await call('POST', `${id}/upload-url`, { filename: 'front.png', content_type: 'image/png', ...fields }))
      .expect(200)
      .as(uploadSchema)
  const upload = async (id: number, fields: object = {}): Promise<string> => {
    const signed = await signUpload(id, fields)
    expect((await readAnswer(await put(signed)))[0]).toBe(200)
    return signed.s3_key
  }
  const uploadDocument = (id: number) => upload(id, { kind: 'document', content_type: 'application/pdf' })
  const addImage = async (id: number, fields: object = {}) =>
    (await call('POST', `${id}/images`, { s3_key: await upload(id), ...fields }))
      .expect(201)
      .as(imageMadeSchema)
  const imagesOf = async (id: number) => (await call('GET', `${id}`)).expect(200).as(vehicleSchema).images
  return { call, signUpload, upload, uploadDocument, addImage, imagesOf }
}
