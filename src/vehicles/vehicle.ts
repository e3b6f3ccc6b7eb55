export const VEHICLE_STATUS = {
  draft: 'draft',
  pendingReview: 'pending_review',
  active: 'active',
  inAuction: 'in_auction',
  sold: 'sold',
  rejected: 'rejected',
  archived: 'archived',
} as const
export const VEHICLE_STATUSES = Object.values(VEHICLE_STATUS)
export type VehicleStatus = (typeof VEHICLE_STATUSES)[number]

export const VEHICLE_CONDITIONS = ['runs_drives', 'starts', 'non_running', 'parts_only'] as const
export type VehicleCondition = (typeof VEHICLE_CONDITIONS)[number]

export const VEHICLE_TITLE_TYPES = [
  'clean',
  'salvage',
  'rebuilt',
  'junk',
  'prior_salvage',
  'flood',
  'lemon',
  'total_loss_history',
  'not_actual_mileage',
] as const
export type VehicleTitleType = (typeof VEHICLE_TITLE_TYPES)[number]

export const ODOMETER_STATUSES = ['actual', 'not_actual', 'exceeds_limits', 'exempt'] as const
export type OdometerStatus = (typeof ODOMETER_STATUSES)[number]

export const DOCUMENT_TYPES = ['title', 'registration', 'inspection', 'other'] as const
export type DocumentType = (typeof DOCUMENT_TYPES)[number]

export const DOCUMENT_VISIBILITIES = ['public', 'buyer'] as const
export type DocumentVisibility = (typeof DOCUMENT_VISIBILITIES)[number]
