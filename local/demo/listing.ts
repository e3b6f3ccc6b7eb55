import { z } from 'zod'
import { checkDigit } from '../../src/vehicles/vin.ts'
import { drawCar } from '../seed/drawing.ts'
import type { ApiClient } from './api-client.ts'
import { dollarText, type Timeline } from './timeline.ts'

const listedSchema = z.object({ vehicle_id: z.number(), vin: z.string() })
const vehicleSchema = z.object({
  id: z.number(),
  status: z.string(),
  images: z.array(z.object({ url: z.string(), is_primary: z.boolean() })),
})
const uploadSchema = z.object({
  upload_url: z.string(),
  s3_key: z.string(),
  method: z.literal('PUT'),
  headers: z.record(z.string(), z.string()),
})

/** A VIN of a 2021 Honda Accord whose serial number is new at each run, with the check digit of 49 CFR 565. */
function makeVin(): string {
  const serial = String(Math.floor(Math.random() * 1_000_000)).padStart(6, '0')
  const withoutDigit = `1HGCV1F30MA${serial}`
  return `${withoutDigit.slice(0, 8)}${checkDigit(withoutDigit)}${withoutDigit.slice(9)}`
}

/** A seller lists a car by its VIN, puts a photo to it through a signed URL, and submits it. */
export async function listVehicle(
  seller: ApiClient,
  timeline: Timeline,
  startingPrice: number,
): Promise<number> {
  const vin = makeVin()
  const decoded = await seller.call(
    'POST',
    '/api/decode-vin',
    z.object({
      success: z.literal(true),
      source: z.string(),
      data: z.object({ year: z.number(), make: z.string(), model: z.string(), trim: z.string() }),
    }),
    { body: { vin } },
  )
  const { year, make, model, trim } = decoded.data
  timeline.say(seller.name, `decodes ${vin}: ${year} ${make} ${model} ${trim}, source ${decoded.source}`)
  timeline.expect(
    'VIN: model year, make, model and trim',
    `${year} ${make} ${model} ${trim}`,
    '2021 Honda Accord Sport',
  )

  const { vehicle_id } = await seller.call('POST', '/api/vehicles', listedSchema, {
    body: {
      // The rest of what the number tells is filled in.
      vin,
      mileage: 41_200,
      condition: 'runs_drives',
      title_type: 'clean',
      starting_price: startingPrice,
      location_city: 'Chicago',
      location_state: 'IL',
      description: 'One owner, service history, two keys.',
    },
    idempotencyKey: `demo-list-${vin}`,
  })
  timeline.say(seller.name, `lists it as vehicle ${vehicle_id}, from ${dollarText(startingPrice)}`)
  await uploadPhoto(seller, timeline, vehicle_id)
  const submitted = await seller.call(
    'POST',
    `/api/vehicles/${vehicle_id}/submit`,
    z.object({ status: z.string() }),
  )
  timeline.expect('a submitted listing is active', submitted.status, 'active')
  timeline.say(seller.name, 'submits the listing: active')
  return vehicle_id
}

async function uploadPhoto(seller: ApiClient, timeline: Timeline, vehicleId: number): Promise<void> {
  const photo = drawCar('Sedan', 'Red')
  const upload = await seller.call('POST', `/api/vehicles/${vehicleId}/upload-url`, uploadSchema, {
    body: { filename: 'front.png', content_type: 'image/png', size: photo.byteLength },
  })
  const put = await fetch(upload.upload_url, { method: upload.method, headers: upload.headers, body: photo })
  timeline.expect('the storage takes what was signed', put.status, 200)
  await seller.call('POST', `/api/vehicles/${vehicleId}/images`, z.object({ image_id: z.number() }), {
    body: { s3_key: upload.s3_key },
  })
  const vehicle = await seller.call('GET', `/api/vehicles/${vehicleId}`, vehicleSchema)
  const [image] = vehicle.images
  const shown = image ? await fetch(image.url) : null
  timeline.expect('the first photo is the primary one', image?.is_primary, true)
  timeline.expect('the photo can be seen', (await shown?.arrayBuffer())?.byteLength, photo.byteLength)
  timeline.say(seller.name, `uploads a photo of ${photo.byteLength} bytes through a signed URL`)
}
