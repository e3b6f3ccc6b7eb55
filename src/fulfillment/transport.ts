export const TRANSPORT_STATUS = {
  quoteRequested: 'quote_requested',
  quoted: 'quoted',
  booked: 'booked',
  assigned: 'assigned',
  pickedUp: 'picked_up',
  inTransit: 'in_transit',
  delivered: 'delivered',
  cancelled: 'cancelled',
} as const
export type TransportStatus = (typeof TRANSPORT_STATUS)[keyof typeof TRANSPORT_STATUS]
