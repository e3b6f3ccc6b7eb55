import type { Transaction } from '../db/client.ts'
import { centsToDollars, isCents } from '../lib/money.ts'
import { isAdmin, type SignedIn } from '../platform/actor.ts'
import { AUDIT_SUBJECT, type AuditContext, recordAudit } from '../users/audit.ts'
import type { VehicleRow } from './find-vehicle.ts'

/** What was done to a listing beside its changes of status. */
export type EditAction =
  | 'edited'
  | 'image_added'
  | 'image_changed'
  | 'image_deleted'
  | 'images_ordered'
  | 'document_added'
  | 'document_changed'
  | 'document_deleted'

interface Edit {
  vehicleId: number
  action: EditAction
  before: Record<string, unknown> | null
  after: Record<string, unknown> | null
}

/**
 * What an admin changes of a listing is in the audit log, in the transaction of the change (M17). Nothing is recorded of
 * owners, nor of what changes nothing: a second run of the transaction finds what the first one did.
 */
export async function recordEdit(
  tx: Transaction,
  ctx: AuditContext & SignedIn,
  { vehicleId, action, before, after }: Edit,
): Promise<void> {
  if (!isAdmin(ctx.actor) || JSON.stringify(before) === JSON.stringify(after)) return
  const subject = AUDIT_SUBJECT.vehicle
  await recordAudit(tx, ctx, { action: `vehicle.${action}`, subject, subjectId: vehicleId, before, after })
}

/** What differs, by its names and in the units of the wire: `starting_price` in dollars. */
export function differences(before: VehicleRow, after: VehicleRow) {
  const changed: { name: string; before: unknown; after: unknown }[] = []
  for (const [column, value] of Object.entries(after)) {
    const standing: unknown = Reflect.get(before, column)
    if (value === standing) continue
    const toWire = WIRE_UNITS.find(([ending]) => column.endsWith(ending))
    const [ending, convert] = toWire ?? ['', (same: unknown) => same]
    changed.push({
      name: column.slice(0, column.length - ending.length),
      before: convert(standing),
      after: convert(value),
    })
  }
  return changed
}

const WIRE_UNITS: readonly (readonly [ending: string, convert: (value: unknown) => unknown])[] = [
  ['_cents', (value) => (typeof value === 'number' && isCents(value) ? centsToDollars(value) : value)],
  ['_tenths', (value) => (typeof value === 'number' ? value / 10 : value)],
]
