import { describe, expect, test } from 'vitest'
import type { RoomSocket } from '../../src/auctions/live/ports.ts'
import { CLOSE } from '../../src/auctions/live/protocol.ts'
import { Sockets } from '../../src/auctions/live/sockets.ts'

const OPEN = 1
const CLOSING = 2
const ATTACHMENT = { person: null, requestId: 'test', connectedAt: 0 }

interface Held extends RoomSocket {
  readyState: number
}

/** The platform's list of sockets, which notes how often it is asked for. */
class Host {
  readonly sockets: Held[] = []
  asked = 0

  getWebSockets(): Held[] {
    this.asked += 1
    return this.sockets
  }

  getWebSocketAutoResponseTimestamp(): null {
    return null
  }

  add(): Held {
    const socket: Held = {
      readyState: OPEN,
      send: () => undefined,
      close: () => {
        socket.readyState = CLOSING
      },
      serializeAttachment: () => undefined,
      deserializeAttachment: () => ATTACHMENT,
    }
    this.sockets.push(socket)
    return socket
  }
}

describe('the number of open sockets', () => {
  test('is not counted anew for each that comes, or goes: that would look at all the others', () => {
    const host = new Host()
    const sockets = new Sockets(host, 0)
    expect(sockets.count).toBe(0)
    for (let number = 1; number <= 1_000; number += 1) {
      sockets.attach(host.add(), ATTACHMENT)
      expect(sockets.count).toBe(number)
    }
    for (const [number, socket] of host.sockets.entries()) {
      socket.readyState = CLOSING
      sockets.ended(socket)
      expect(sockets.count).toBe(999 - number)
    }
    expect(host.asked).toBe(1)
  })

  test('is right after a wake, after one was closed, and after one ended', () => {
    const host = new Host()
    const [first, second] = [host.add(), host.add(), host.add()]
    const sockets = new Sockets(host, 0)
    expect(sockets.count).toBe(3)
    sockets.close(first, CLOSE.badFrames, 'bad frames')
    expect(sockets.count).toBe(2)
    second.readyState = CLOSING
    sockets.ended(second)
    expect(sockets.count).toBe(1)
  })

  test('tells one that was closed and then ended once', () => {
    const host = new Host()
    const [first] = [host.add(), host.add(), host.add()]
    const sockets = new Sockets(host, 0)
    expect(sockets.count).toBe(3)
    sockets.close(first, CLOSE.badFrames, 'bad frames')
    sockets.ended(first)
    expect(sockets.count).toBe(2)
  })

  test('leaves out one that was closing before it was first counted, and whose end is heard after', () => {
    const host = new Host()
    const [first] = [host.add(), host.add(), host.add()]
    const sockets = new Sockets(host, 0)
    first.readyState = CLOSING
    expect(sockets.count).toBe(2)
    sockets.ended(first)
    expect(sockets.count).toBe(2)
  })

  test('leaves out one that ended although the platform still lists it as open', () => {
    const host = new Host()
    const [first] = [host.add(), host.add(), host.add()]
    const sockets = new Sockets(host, 0)
    sockets.ended(first)
    expect(sockets.count).toBe(2)
  })
})
