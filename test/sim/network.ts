import type { RoomApi } from '../../src/auctions/live/contract.ts'
import { createRooms, type OpenRoom, type Rooms } from '../../src/auctions/rooms.ts'
import type { Caller } from './database/connections.ts'
import type { RoomHost } from './host.ts'
import { PlatformError, type World } from './world.ts'

/** Calls out of what does not die. */
export const STEADY_CALLER: Caller = {
  request: (send) => new Promise((resolve, reject) => send((settle) => settle(resolve, reject))),
}

/** Whoever called has given up long before. */
const LATE_MS = 40_000

/** The real way to the rooms, over stubs whose calls may not get through, or whose answers may be lost. */
export function connectRooms(world: World, hosts: ReadonlyMap<number, RoomHost>): Rooms {
  return createRooms({ getByName: (name) => stubOf(world, hosts, Number(name)) })
}

function stubOf(world: World, hosts: ReadonlyMap<number, RoomHost>, auctionId: number): OpenRoom {
  const call = <T>(ask: (api: RoomApi) => Promise<T>): Promise<T> =>
    new Promise((resolve, reject) => {
      const { random, weather } = world
      const fail = (what: string) => {
        world.note('network', () => what)
        const retryable = random.chance(0.5)
        reject(new PlatformError(what, { retryable, overloaded: random.chance(0.2) }))
      }
      const host = hosts.get(auctionId)
      if (host === undefined || random.chance(weather.roomUnreachable)) {
        world.soon(() => fail(`room ${auctionId} was not reached`))
        return
      }
      const isLost = random.chance(weather.answerLost)
      const delayMs = random.chance(weather.callLate)
        ? random.between(0, LATE_MS)
        : random.between(0, weather.latencyMs)
      world.timeline.after(delayMs, () => {
        host.call(ask).then(
          (value) =>
            world.soon(() => (isLost ? fail(`an answer of room ${auctionId} was lost`) : resolve(value))),
          (error: unknown) => world.soon(() => reject(error)),
        )
      })
    })
  return {
    arm: (...input) => call((room) => room.arm(...input)),
    view: (...input) => call((room) => room.view(...input)),
    history: (...input) => call((room) => room.history(...input)),
    bid: (...input) => call((room) => room.bid(...input)),
    edit: (...input) => call((room) => room.edit(...input)),
    cancel: (...input) => call((room) => room.cancel(...input)),
    voidBids: (...input) => call((room) => room.voidBids(...input)),
    changeVehicle: (...input) => call((room) => room.changeVehicle(...input)),
    setStanding: (...input) => call((room) => room.setStanding(...input)),
    fetch: () => Promise.reject(new PlatformError('Sockets connect by themselves')),
  }
}
