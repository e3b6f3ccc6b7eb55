import type { Cents } from '../lib/money.ts'

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

const S = VEHICLE_STATUS

/** Seen by everyone; the others only by the owner and admins. */
export const PUBLIC_STATUSES: readonly VehicleStatus[] = [S.active, S.inAuction, S.sold]
/** In the public list. */
export const LISTED_STATUSES: readonly VehicleStatus[] = [S.active, S.inAuction]
/** These hold their VIN: no other listing with it may enter one of them. */
export const LIVE_STATUSES: readonly VehicleStatus[] = [S.pendingReview, S.active, S.inAuction]

export const VEHICLE_ACTIONS = {
  submit: 'submit',
  submitForReview: 'submit_for_review',
  approve: 'approve',
  reject: 'reject',
  archive: 'archive',
  enterAuction: 'enter_auction',
  leaveUnsold: 'leave_unsold',
  sell: 'sell',
  takeBack: 'take_back',
} as const
export type VehicleAction = (typeof VEHICLE_ACTIONS)[keyof typeof VEHICLE_ACTIONS]

/** The life of a listing: what each action leads from and to. */
const TRANSITIONS: Record<VehicleAction, { from: readonly VehicleStatus[]; to: VehicleStatus }> = {
  submit: { from: [S.draft, S.rejected], to: S.active },
  submit_for_review: { from: [S.draft, S.rejected], to: S.pendingReview },
  approve: { from: [S.pendingReview], to: S.active },
  reject: { from: [S.pendingReview], to: S.rejected },
  archive: { from: [S.draft, S.pendingReview, S.active, S.rejected], to: S.archived },
  enter_auction: { from: [S.active], to: S.inAuction },
  leave_unsold: { from: [S.inAuction], to: S.active },
  sell: { from: [S.active, S.inAuction], to: S.sold },
  take_back: { from: [S.sold], to: S.active },
}

/** The status that the action leads to, or null where it cannot be taken. */
export function statusAfter(status: VehicleStatus, action: VehicleAction): VehicleStatus | null {
  const { from, to } = TRANSITIONS[action]
  return from.includes(status) ? to : null
}

/** The VIN that a listing holds in a status: see `LIVE_STATUSES`. */
export function liveVin(status: VehicleStatus, vin: string): string | null {
  return LIVE_STATUSES.includes(status) ? vin : null
}

/** M12: what a bidder relies on. */
export const DISCLOSURE_FIELDS = [
  'title_type',
  'odometer_status',
  'condition_grade',
  'condition',
  'mileage',
] as const
export type DisclosureField = (typeof DISCLOSURE_FIELDS)[number]

/** What somebody offers on: M12's fields, and which vehicle it is. */
export const OFFERED_COLUMNS = [
  'title_type',
  'title_absent',
  'odometer_status',
  'condition_grade_tenths',
  'condition',
  'mileage',
  'vin',
  'year',
  'make',
  'model',
  'trim',
] as const

/** One changed field of M12, as everyone is told of it. */
export interface DisclosureChange {
  field: DisclosureField
  before: string | number | null
  after: string | number | null
}

/** What an auction keeps of its vehicle, to show it with MySQL away. */
export interface VehicleSummary {
  readonly id: number
  readonly sellerId: number
  readonly vin: string
  readonly year: number | null
  readonly make: string | null
  readonly model: string | null
  readonly trim: string | null
  readonly mileage: number | null
  readonly condition: VehicleCondition | null
  readonly titleType: VehicleTitleType | null
  readonly startingPrice: Cents | null
  readonly buyNowPrice: Cents | null
  readonly locationCity: string | null
  readonly locationState: string | null
  readonly primaryImageKey: string | null
  /** Epoch milliseconds. */
  readonly createdAt: number
}

/** What may be changed in each status: which fields, and whether images and documents. */
const EDITABLE: Record<VehicleStatus, { fields: 'all' | readonly string[]; files: boolean }> = {
  draft: { fields: 'all', files: true },
  rejected: { fields: 'all', files: true },
  active: { fields: 'all', files: true },
  pending_review: { fields: [], files: true },
  in_auction: { fields: ['description', ...DISCLOSURE_FIELDS], files: true },
  sold: { fields: [], files: false },
  archived: { fields: [], files: false },
}

export const mayEditFiles = (status: VehicleStatus): boolean => EDITABLE[status].files

/** Of `fields`, those that cannot be changed in this status. */
export function lockedFields(status: VehicleStatus, fields: readonly string[]): string[] {
  const { fields: editable } = EDITABLE[status]
  return editable === 'all' ? [] : fields.filter((field) => !editable.includes(field))
}

/** So many characters at most have the texts that describe a vehicle; its columns are as wide. */
export const TEXT_MAX = {
  make: 64,
  model: 64,
  trim: 64,
  body_type: 64,
  engine: 100,
  transmission: 64,
  drivetrain: 32,
  fuel_type: 32,
  exterior_color: 32,
  interior_color: 32,
} as const

/** Without these a listing is neither submitted nor kept live. */
export const REQUIRED_TO_SUBMIT = ['year', 'make', 'model', 'starting_price_cents'] as const

const MEBIBYTE = 1024 * 1024
export const MAX_IMAGES = 40
export const MAX_DOCUMENTS = 40

/** What a listing has. */
export const FILE_KINDS = ['image', 'document'] as const
/** `title`: what comes with the vehicle's sale. */
export type FileKind = (typeof FILE_KINDS)[number] | 'title'

/** Which files are taken: the ending by type, and the largest size. */
export const FILE_RULES: Record<FileKind, { maxBytes: number; endings: Record<string, string> }> = {
  image: {
    maxBytes: 20 * MEBIBYTE,
    endings: { 'image/jpeg': 'jpg', 'image/png': 'png', 'image/webp': 'webp', 'image/avif': 'avif' },
  },
  document: { maxBytes: 50 * MEBIBYTE, endings: { 'application/pdf': 'pdf' } },
  title: { maxBytes: 50 * MEBIBYTE, endings: { 'application/pdf': 'pdf', 'image/jpeg': 'jpg' } },
}

/** Where the files of a kind lie: the part of their keys that names the vehicle and the kind. */
export const filePrefix = (vehicleId: number, kind: FileKind): string => `vehicles/${vehicleId}/${kind}s/`

/** Where a file lies until it is put to its vehicle: signed addresses write here and nowhere else. */
export const uploadKey = (key: string): string => `uploads/${key}`

/** Whether the key is one that was handed out for this vehicle and kind of file. */
export function isOwnKey(key: string, vehicleId: number, kind: FileKind): boolean {
  const prefix = filePrefix(vehicleId, kind)
  const endings = Object.values(FILE_RULES[kind].endings).join('|')
  return (
    key.startsWith(prefix) && new RegExp(`^[0-9a-f-]{36}\\.(?:${endings})$`).test(key.slice(prefix.length))
  )
}
