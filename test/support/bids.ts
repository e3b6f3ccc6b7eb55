/** Bids through HTTP's doors. */
import { type ApiResponse, api } from './api.ts'
import type { Person } from './people.ts'

/** `path` as in `POST /api/auctions/:id/<path>`. */
export const postTo = (
  auctionId: number,
  path: string,
  as: Person | undefined,
  body?: unknown,
  headers: Record<string, string> = {},
): Promise<ApiResponse> => api('POST', `/api/auctions/${auctionId}/${path}`, { as, body, headers })

export const postBid = (
  auctionId: number,
  as: Person | undefined,
  body: unknown,
  headers: Record<string, string> = {},
): Promise<ApiResponse> => postTo(auctionId, 'bids', as, body, headers)
