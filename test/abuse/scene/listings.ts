import { z } from 'zod'
import { completeVin } from '../../../local/seed/models.ts'
import type { HttpClient } from '../clients/http.ts'
import type { Person } from './people.ts'

const DAY_MS = 86_400_000
const PNG_START = Buffer.from('89504e470d0a1a0a', 'hex')
const PDF_START = Buffer.from('%PDF-1.7\n')

const madeSchema = z.object({ vehicle_id: z.number() })
const auctionMadeSchema = z.object({ auction_id: z.number() })
const uploadSchema = z.object({
  upload_url: z.string(),
  s3_key: z.string(),
  headers: z.record(z.string(), z.string()),
})

/** Lists and auctions vehicles through the public API. */
export class Listings {
  readonly #http: HttpClient
  #serial = 0

  constructor(http: HttpClient) {
    this.#http = http
  }

  /** A VIN with a right check digit that no other listing of this run has. */
  makeVin(): string {
    this.#serial += 1
    return completeVin(`1HGCV1F3*MA${String(this.#serial).padStart(6, '0')}`)
  }

  async draft(seller: Person, fields: Record<string, unknown> = {}): Promise<number> {
    const body = {
      vin: this.makeVin(),
      year: 2021,
      make: 'Honda',
      model: 'Accord',
      mileage: 41_200,
      condition: 'runs_drives',
      title_type: 'clean',
      starting_price: 1_000,
      location_city: 'Chicago',
      location_state: 'IL',
      ...fields,
    }
    const made = await this.#http.call(madeSchema, {
      method: 'POST',
      path: '/api/vehicles',
      as: seller,
      body,
    })
    return made.vehicle_id
  }

  async active(seller: Person, fields: Record<string, unknown> = {}): Promise<number> {
    const id = await this.draft(seller, fields)
    await this.#http.call(z.unknown(), { method: 'POST', path: `/api/vehicles/${id}/submit`, as: seller })
    return id
  }

  /** Opens at once, and ends in a day, unless `terms` say otherwise. */
  async auction(seller: Person, vehicleId: number, terms: Record<string, unknown> = {}): Promise<number> {
    const body = {
      vehicle_id: vehicleId,
      ends_at: new Date(Date.now() + DAY_MS).toISOString(),
      soft_close: { mode: 'off' },
      ...terms,
    }
    const made = await this.#http.call(auctionMadeSchema, {
      method: 'POST',
      path: '/api/auctions',
      as: seller,
      body,
    })
    return made.auction_id
  }

  async image(seller: Person, vehicleId: number): Promise<number> {
    const s3_key = await this.#upload(seller, vehicleId, 'image', PNG_START)
    const { image_id } = await this.#http.call(z.object({ image_id: z.number() }), {
      method: 'POST',
      path: `/api/vehicles/${vehicleId}/images`,
      as: seller,
      body: { s3_key },
    })
    return image_id
  }

  async document(seller: Person, vehicleId: number): Promise<number> {
    const s3_key = await this.#upload(seller, vehicleId, 'document', PDF_START)
    const { document_id } = await this.#http.call(z.object({ document_id: z.number() }), {
      method: 'POST',
      path: `/api/vehicles/${vehicleId}/documents`,
      as: seller,
      body: { s3_key, doc_type: 'title', filename: 'title.pdf' },
    })
    return document_id
  }

  async #upload(
    seller: Person,
    vehicleId: number,
    kind: 'image' | 'document',
    bytes: Buffer,
  ): Promise<string> {
    const isImage = kind === 'image'
    const upload = await this.#http.call(uploadSchema, {
      method: 'POST',
      path: `/api/vehicles/${vehicleId}/upload-url`,
      as: seller,
      body: {
        filename: isImage ? 'front.png' : 'title.pdf',
        content_type: isImage ? 'image/png' : 'application/pdf',
        size: bytes.length,
        kind,
      },
    })
    const put = await fetch(upload.upload_url, {
      method: 'PUT',
      headers: upload.headers,
      body: new Uint8Array(bytes),
    })
    if (!put.ok) throw new Error(`The storage refused an upload: ${put.status}`)
    return upload.s3_key
  }
}
