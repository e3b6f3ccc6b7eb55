import * as z from 'zod'
import { pageFields, pageQuery } from '../lib/pagination.ts'
import { filter } from '../lib/query-filters.ts'
import { isoTime } from '../lib/time.ts'
import { SELLER_PROFILE_STATUS } from './user.ts'

const optionalText = (maxLength: number) =>
  z
    .string()
    .trim()
    .max(maxLength)
    .transform((text) => text || null)
    .nullable()
    .optional()

export const sellerProfileBody = z.object({
  business_name: z.string().trim().min(1).max(200),
  dealer_license: optionalText(64),
  tax_id: optionalText(64),
})
export type SellerProfileInput = z.output<typeof sellerProfileBody>

/** The tax id is taken and never shown (M16). */
export const ownSellerProfileSchema = z.object({
  id: z.int(),
  user_id: z.int(),
  business_name: z.string(),
  dealer_license: z.string().nullable(),
  has_tax_id: z.boolean(),
  status: z.enum(SELLER_PROFILE_STATUS),
  review_reason: z.string().nullable(),
  created_at: isoTime,
  updated_at: isoTime,
})
export type OwnSellerProfile = z.output<typeof ownSellerProfileSchema>

export const sellerProfileListQuery = z.object({
  ...pageQuery(),
  status: filter(z.enum(SELLER_PROFILE_STATUS)),
})
export type SellerProfileListQuery = z.output<typeof sellerProfileListQuery>
export const sellerProfilePageSchema = z.object({
  seller_profiles: z.array(ownSellerProfileSchema),
  ...pageFields,
})
export type SellerProfilePage = z.output<typeof sellerProfilePageSchema>
