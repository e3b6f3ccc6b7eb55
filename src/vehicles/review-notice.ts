import { NOTIFICATION_TYPE, type Notice } from '../notifications/notification.ts'
import type { VehicleRow } from './find-vehicle.ts'
import { VEHICLE_ACTIONS, type VehicleAction } from './vehicle.ts'

/** What a review tells the owner (M13), once for each review; null for what is no review. `now` in epoch milliseconds. */
export function reviewNotice(
  { id, seller_id, year, make, model }: VehicleRow,
  action: VehicleAction,
  reason: string | null,
  now: number,
): Notice | null {
  const name = [year, make, model].filter((part) => part !== null).join(' ')
  const about = {
    userId: seller_id,
    data: { vehicle_id: id },
    causeKey: `vehicle:${id}:${action}:${now}`,
    createdAt: now,
  }
  if (action === VEHICLE_ACTIONS.approve) {
    return {
      ...about,
      type: NOTIFICATION_TYPE.vehicleApproved,
      title: `Approved: ${name}`,
      message: 'Your listing was approved and can be seen by everyone.',
    }
  }
  if (action !== VEHICLE_ACTIONS.reject) return null
  return {
    ...about,
    type: NOTIFICATION_TYPE.vehicleRejected,
    title: `Rejected: ${name}`,
    message: `Your listing was rejected: ${reason ?? ''}`,
    data: { vehicle_id: id, reason },
  }
}
