import * as z from 'zod'
import { pageFields, pageQuery } from '../lib/pagination.ts'
import { isoTime } from '../lib/time.ts'
import { listedVehicleSchema, savedFiltersQuery } from '../vehicles/schemas.ts'

const note = z
  .string()
  .trim()
  .max(500)
  .transform((text) => text || null)
  .nullable()
  .optional()

export const watchBody = z.object({ vehicle_id: z.int().positive(), note })
export type WatchInput = z.output<typeof watchBody>

/** `vehicle` is null once it can no longer be seen. */
export const watchedSchema = z.object({
  id: z.int(),
  vehicle_id: z.int(),
  vehicle: listedVehicleSchema.nullable(),
  note: z.string().nullable(),
  created_at: isoTime,
})
export type Watched = z.output<typeof watchedSchema>
export const watchedMadeSchema = z.object({ message: z.string(), item: watchedSchema })
export const watchlistQuery = z.object(pageQuery())
export const watchlistPageSchema = z.object({ watchlist: z.array(watchedSchema), ...pageFields })
export type WatchlistPage = z.output<typeof watchlistPageSchema>

/** As in the address of `GET /api/vehicles`: text, or numbers that are meant as such. */
const filterValues = z.record(
  z.string().max(32),
  z.union([z.string().max(100), z.number().transform(String)]),
)

/** The filters as they were sent, once the list's own schema has taken every one of them. */
const savedFilters = filterValues.superRefine((filters, context) => {
  const parsed = savedFiltersQuery.strict().safeParse(filters)
  for (const { path, message } of parsed.error?.issues ?? []) {
    context.addIssue({ code: 'custom', path: [...path], message })
  }
})

const name = z.string().trim().min(1).max(100)
export const savedSearchBody = z.object({
  name,
  filters: savedFilters,
  notify: z.boolean().default(true),
})
export type SavedSearchInput = z.output<typeof savedSearchBody>
export const savedSearchEditBody = z.object({
  name: name.optional(),
  filters: savedFilters.optional(),
  notify: z.boolean().optional(),
})
export type SavedSearchEdit = z.output<typeof savedSearchEditBody>

export const savedSearchSchema = z.object({
  id: z.int(),
  name: z.string(),
  filters: z.record(z.string(), z.string()),
  notify: z.boolean(),
  created_at: isoTime,
  updated_at: isoTime,
})
export type SavedSearch = z.output<typeof savedSearchSchema>
export const savedSearchMadeSchema = z.object({ message: z.string(), saved_search: savedSearchSchema })
/** All of them on one page: there are at most fifty. */
export const savedSearchListSchema = z.object({ saved_searches: z.array(savedSearchSchema), ...pageFields })
export type SavedSearchList = z.output<typeof savedSearchListSchema>
