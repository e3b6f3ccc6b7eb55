import * as z from 'zod'
import { dollars } from '../lib/money.ts'
import { documentSchema, grade, imageSchema } from './schemas.ts'
import {
  DOCUMENT_TYPES,
  DOCUMENT_VISIBILITIES,
  FILE_KINDS,
  FILE_RULES,
  ODOMETER_STATUSES,
  TEXT_MAX,
  VEHICLE_CONDITIONS,
  VEHICLE_TITLE_TYPES,
} from './vehicle.ts'
import { hasRightCheckDigit, needsCheckDigit, normalizeVin, vinFormProblem } from './vin.ts'

const MAX_MILES = 9_999_999

/** Absent stays absent, null clears, and `""`, which forms send, counts as not set. */
const orBlank = <Schema extends z.ZodType>(schema: Schema) =>
  z.union([z.literal('').transform(() => null), schema.nullable()]).optional()
const formText = (maxLength: number) =>
  z
    .string()
    .trim()
    .max(maxLength)
    .transform((value) => value || null)
    .nullable()
    .optional()

/** A VIN of any form that can be normalized; upper-cased. */
const vinText = z.string().max(64).transform(normalizeVin)

export const vinField = vinText.superRefine((vin, context) => {
  const problem = vinFormProblem(vin)
  if (problem) context.addIssue({ code: 'custom', message: problem })
  else if (needsCheckDigit(vin) && !hasRightCheckDigit(vin))
    context.addIssue({ code: 'custom', message: 'The check digit in position 9 is wrong' })
})

const listingFields = {
  year: orBlank(z.int().min(1900).max(2100)),
  make: formText(TEXT_MAX.make),
  model: formText(TEXT_MAX.model),
  trim: formText(TEXT_MAX.trim),
  body_type: formText(TEXT_MAX.body_type),
  engine: formText(TEXT_MAX.engine),
  transmission: formText(TEXT_MAX.transmission),
  drivetrain: formText(TEXT_MAX.drivetrain),
  fuel_type: formText(TEXT_MAX.fuel_type),
  exterior_color: formText(TEXT_MAX.exterior_color),
  interior_color: formText(TEXT_MAX.interior_color),
  mileage: orBlank(z.int().min(0).max(MAX_MILES)),
  condition: orBlank(z.enum(VEHICLE_CONDITIONS)),
  title_type: orBlank(z.enum(VEHICLE_TITLE_TYPES)),
  title_state: formText(32),
  title_absent: orBlank(z.boolean()),
  odometer_status: orBlank(z.enum(ODOMETER_STATUSES)),
  condition_grade: orBlank(grade),
  has_keys: orBlank(z.boolean()),
  description: formText(10_000),
  starting_price: orBlank(dollars),
  reserve_price: orBlank(dollars),
  buy_now_price: orBlank(dollars),
  location_address: formText(200),
  location_city: formText(100),
  location_state: formText(50),
  location_zip: formText(20),
}

export const createBody = z.object({ vin: vinField, ...listingFields })
export const editBody = z.object({ vin: vinField.optional(), ...listingFields })
export type ListingFields = z.output<typeof editBody>

/** Of any form: what is no VIN is answered in the words of the route. */
export const decodeVinBody = z.object({ vin: vinText })

const contentTypes = FILE_KINDS.flatMap((kind) => Object.keys(FILE_RULES[kind].endings))

export const uploadBody = z
  .object({
    filename: z.string().trim().min(1).max(255),
    content_type: z.enum(contentTypes),
    size: z.int().min(1).optional(),
    kind: z.enum(FILE_KINDS).default('image'),
  })
  .superRefine(({ kind, content_type, size }, context) => {
    const { maxBytes, endings } = FILE_RULES[kind]
    if (!(content_type in endings))
      context.addIssue({ code: 'custom', path: ['content_type'], message: `No ${kind} has this type` })
    if (size !== undefined && size > maxBytes)
      context.addIssue({ code: 'custom', path: ['size'], message: `Must be at most ${maxBytes} bytes` })
  })
export type UploadRequest = z.output<typeof uploadBody>

export const uploadSchema = z.object({
  upload_url: z.string(),
  s3_key: z.string(),
  public_url: z.string(),
  method: z.literal('PUT'),
  headers: z.record(z.string(), z.string()),
  /** Seconds. */
  expires_in: z.int(),
})

const key = z.string().max(255)
const caption = formText(200)

export const imageBody = z.object({ s3_key: key, is_primary: z.boolean().optional(), caption })
export const imageChangeBody = z.object({ is_primary: z.boolean().optional(), caption })
export const imageOrderBody = z.object({ image_ids: z.array(z.int().min(1)).max(100) })
export const documentBody = z.object({
  s3_key: key,
  doc_type: z.enum(DOCUMENT_TYPES),
  filename: z.string().trim().min(1).max(255),
  visibility: z.enum(DOCUMENT_VISIBILITIES).default('buyer'),
})
export const documentChangeBody = z.object({
  doc_type: z.enum(DOCUMENT_TYPES).optional(),
  filename: z.string().trim().min(1).max(255).optional(),
  visibility: z.enum(DOCUMENT_VISIBILITIES).optional(),
})
export type ImageBody = z.output<typeof imageBody>
export type ImageChange = z.output<typeof imageChangeBody>
export type DocumentBody = z.output<typeof documentBody>
export type DocumentChange = z.output<typeof documentChangeBody>

export const imageMadeSchema = z.object({
  message: z.string(),
  image_id: z.int(),
  is_primary: z.boolean(),
  image: imageSchema,
})
export const imageChangedSchema = z.object({ message: z.string(), image: imageSchema })
export const imagesOrderedSchema = z.object({ message: z.string(), images: z.array(imageSchema) })
export const documentMadeSchema = z.object({
  message: z.string(),
  document_id: z.int(),
  document: documentSchema,
})
export const documentChangedSchema = z.object({ message: z.string(), document: documentSchema })
