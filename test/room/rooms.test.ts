import { runInDurableObject } from 'cloudflare:test'
import { env } from 'cloudflare:workers'
import { expect, test } from 'vitest'
import { createRooms, type OpenRoom } from '../../src/auctions/rooms.ts'
import { armRoom, makeTerms, makeVehicle, newAuctionId, type RoomStub, roomOf } from './stand.ts'

const rooms = createRooms(env.AUCTION_ROOM)

/** Asks a room for its view while it goes down, the first time. */
function askWhileItGoesDown(room: RoomStub) {
  let asked = 0
  return async (stub: OpenRoom) => {
    asked += 1
    if (asked > 1) return stub.view(null)
    const down = runInDurableObject(room, (_room, state) => state.abort('reset')).catch(() => undefined)
    const [view] = await Promise.all([stub.view(null), down])
    return view
  }
}

test('a room that goes down while it is asked once is unavailable', async () => {
  const { auctionId, room } = await armRoom()
  await expect(rooms(auctionId, 'once', askWhileItGoesDown(room))).rejects.toMatchObject({
    code: 'unavailable',
  })
})

test('a room that goes down while it is asked what is repeatable is asked again', async () => {
  const { auctionId, room } = await armRoom()
  const answer = await rooms(auctionId, 'repeatable', askWhileItGoesDown(room))
  expect(answer?.view.id).toBe(auctionId)
})

test("what the room's own code throws is a defect, and stays one", async () => {
  const auctionId = newAuctionId()
  const request = { terms: makeTerms(auctionId + 1_000), vehicle: makeVehicle() }
  await expect(rooms(auctionId, 'once', (stub) => stub.arm(request, 'test'))).rejects.toThrow(
    'The room of another auction',
  )
  expect(await roomOf(auctionId).view(null)).toBeNull()
})
