import * as z from 'zod'
import { CURRENCY } from '../auctions/schemas.ts'
import { dollars } from '../lib/money.ts'
import { reason } from '../lib/reason.ts'
import { isoTime } from '../lib/time.ts'
import { FILE_RULES } from '../vehicles/vehicle.ts'
import { TITLE_DOCUMENT_TYPES, TITLE_STATUS } from './title.ts'
import { TRACKED_STATUSES, TRANSPORT_STATUS } from './transport.ts'

const NOTE_MAX_CHARS = 500
const ADDRESS_MAX_CHARS = 300
const NAME_MAX_CHARS = 200

const ADDED_BY = ['buyer', 'seller', 'admin'] as const

export const titleDocumentSchema = z.object({
  id: z.int(),
  /** Signed, good for some hours; null where no storage is configured. */
  url: z.string().nullable(),
  doc_type: z.enum(TITLE_DOCUMENT_TYPES),
  filename: z.string(),
  size_bytes: z.int(),
  added_by: z.enum(ADDED_BY),
  created_at: isoTime,
})
export type TitleDocument = z.output<typeof titleDocumentSchema>

export const titleSchema = z.object({
  id: z.int(),
  order_id: z.int(),
  status: z.enum(TITLE_STATUS),
  rejection_reason: z.string().nullable(),
  /** The first instant at which it is late. */
  due_at: isoTime,
  /** Since when it is, or was when it came. */
  late_at: isoTime.nullable(),
  submitted_at: isoTime.nullable(),
  completed_at: isoTime.nullable(),
  documents: z.array(titleDocumentSchema),
  created_at: isoTime,
  updated_at: isoTime,
})
export type Title = z.output<typeof titleSchema>

export const titleDocumentMadeSchema = z.object({
  message: z.string(),
  document_id: z.int(),
  document: titleDocumentSchema,
})

export const titlePatchBody = z.discriminatedUnion('status', [
  z.object({ status: z.literal(TITLE_STATUS.submittedToDmv) }),
  z.object({ status: z.literal(TITLE_STATUS.processing) }),
  z.object({ status: z.literal(TITLE_STATUS.completed) }),
  z.object({
    status: z.literal(TITLE_STATUS.rejected),
    reason,
  }),
])
export type TitleChange = z.output<typeof titlePatchBody>

const { endings, maxBytes } = FILE_RULES.title
const filename = z.string().trim().min(1).max(255)

export const titleUploadBody = z.object({
  filename,
  content_type: z.enum(Object.keys(endings)),
  size: z.int().min(1).max(maxBytes).optional(),
})
export type TitleUpload = z.output<typeof titleUploadBody>

export const titleDocumentBody = z.object({
  s3_key: z.string().max(255),
  doc_type: z.enum(TITLE_DOCUMENT_TYPES),
  filename,
})
export type TitleDocumentInput = z.output<typeof titleDocumentBody>

export const transportEventSchema = z.object({
  id: z.int(),
  status: z.enum(TRANSPORT_STATUS),
  location: z.string().nullable(),
  note: z.string().nullable(),
  happened_at: isoTime,
  created_at: isoTime,
})
export type TransportEvent = z.output<typeof transportEventSchema>

const day = z.iso.date().nullable()

export const transportSchema = z.object({
  id: z.int(),
  order_id: z.int(),
  status: z.enum(TRANSPORT_STATUS),
  pickup_address: z.string().nullable(),
  pickup_contact: z.string().nullable(),
  delivery_address: z.string().nullable(),
  delivery_contact: z.string().nullable(),
  carrier: z.string().nullable(),
  driver: z.string().nullable(),
  quoted_price: dollars.nullable(),
  /** What the invoice has; null until it is booked. */
  final_price: dollars.nullable(),
  currency: z.literal(CURRENCY),
  /** `YYYY-MM-DD`, as planned. */
  pickup_date: day,
  delivery_date: day,
  booked_at: isoTime.nullable(),
  delivered_at: isoTime.nullable(),
  /** The oldest first. */
  events: z.array(transportEventSchema),
  created_at: isoTime,
  updated_at: isoTime,
})
export type Transport = z.output<typeof transportSchema>

export const transportMadeSchema = z.object({ message: z.string(), transport: transportSchema })
export const transportEventMadeSchema = z.object({
  message: z.string(),
  event: transportEventSchema,
  transport: transportSchema,
})

const address = z.string().trim().min(1).max(ADDRESS_MAX_CHARS)
const name = z.string().trim().min(1).max(NAME_MAX_CHARS)
const note = z.string().trim().min(1).max(NOTE_MAX_CHARS)

export const transportBody = z.object({ delivery_address: address, delivery_contact: name })
export type TransportRequest = z.output<typeof transportBody>

/** Null clears a field. */
const fields = {
  pickup_address: address.optional(),
  pickup_contact: name.nullable().optional(),
  delivery_address: address.optional(),
  delivery_contact: name.nullable().optional(),
  carrier: name.nullable().optional(),
  driver: name.nullable().optional(),
  pickup_date: day.optional(),
  delivery_date: day.optional(),
}

const S = TRANSPORT_STATUS
export const transportPatchBody = z
  .object({
    status: z
      .enum([S.quoted, S.booked, S.assigned, S.pickedUp, S.inTransit, S.delivered, S.cancelled])
      .optional(),
    /** With `quoted`. */
    quoted_price: dollars.optional(),
    note: note.optional(),
    ...fields,
  })
  .superRefine(({ status, quoted_price, note: told, ...rest }, context) => {
    const refuse = (path: string, message: string) =>
      context.addIssue({ code: 'custom', path: [path], message })
    if (status === S.quoted && quoted_price === undefined) refuse('quoted_price', 'Is missing')
    if (status !== S.quoted && quoted_price !== undefined)
      refuse('quoted_price', 'Comes with the status quoted')
    if (status === undefined && told !== undefined) refuse('note', 'Comes with a status')
    if (status === undefined && Object.values(rest).every((value) => value === undefined))
      refuse('status', 'There is nothing to change')
  })
export type TransportChange = z.output<typeof transportPatchBody>

export const transportEventBody = z.object({
  status: z.enum(TRACKED_STATUSES),
  location: name.optional(),
  note: note.optional(),
  /** When it is told, unless it says otherwise. */
  happened_at: isoTime.optional(),
})
export type TransportEventInput = z.output<typeof transportEventBody>
