import { setTimeout as sleep } from 'node:timers/promises'
import { CLOSE, FRAME_MAX_BYTES } from '../../../src/auctions/live/protocol.ts'
import { encodeFrame, type FrameOptions, OPCODE } from '../clients/frames.ts'
import type { RawSocket } from '../clients/socket.ts'
import { countWatchers } from '../scene/square.ts'
import { type AbuseCase, framesOf, nextFrame, openLive, type Stage } from './case.ts'

const MEBIBYTE = 1024 * 1024
const ANSWER_WITHIN_MS = 5_000
const REACTION_MS = 1_000
/** The room tells its count once a second. */
const COUNTED_AFTER_MS = 1_500
const BAD_FRAMES_MAX = 5

export const frames: AbuseCase = {
  name: 'frames',
  title: 'Frames at and over 4 096 bytes, malformed ones, and bytes that are no frames',
  limits: 'on',
  async run(stage) {
    await sendSizes(stage)
    await sendMalformed(stage)
    await breakProtocol(stage)
    await isStillServed(stage)
  },
}

/** A bid of so many bytes; `fill` pads it in a field that nobody reads. */
function bidOf(bytes: number, id: string, fill = 'x'): string {
  const start = `{"type":"bid","id":"${id}","amount":0.01,"note":"`
  const room = bytes - Buffer.byteLength(start) - 2
  const unit = Buffer.byteLength(fill)
  return `${start}${fill.repeat(Math.floor(room / unit))}${'x'.repeat(room % unit)}"}`
}

async function sendSizes(stage: Stage): Promise<void> {
  const { checks } = stage
  const socket = await openArena(stage, 2)
  const sizes: readonly (readonly [what: string, text: string, isTaken: boolean])[] = [
    ['a bid of 4 096 bytes is judged', bidOf(FRAME_MAX_BYTES, 'at-limit'), true],
    [
      'a bid of 4 096 bytes in letters of three is judged',
      bidOf(FRAME_MAX_BYTES, 'at-limit-utf8', '€'),
      true,
    ],
    ['a bid of 4 097 bytes is `too_large`', bidOf(FRAME_MAX_BYTES + 1, 'over'), false],
    ['4 097 bytes in fewer letters are `too_large`', bidOf(FRAME_MAX_BYTES + 1, 'over-utf8', '€'), false],
  ]
  for (const [what, text, isTaken] of sizes) {
    const before = answersOf(socket).length
    socket.send(text)
    const answer = await socket.waitFor(what, () => answersOf(socket)[before], ANSWER_WITHIN_MS)
    const code = String(answer.code)
    checks.that(what, isTaken ? answer.type === 'rejected' && code === 'too_low' : code === 'too_large', code)
    checks.sent += 1
  }
  socket.sendBytes(
    encodeFrame(OPCODE.text, Buffer.from(bidOf(FRAME_MAX_BYTES, 'in-two').slice(0, 2_000)), {
      isFinal: false,
    }),
  )
  socket.sendBytes(
    encodeFrame(OPCODE.continuation, Buffer.from(bidOf(FRAME_MAX_BYTES, 'in-two').slice(2_000))),
  )
  const whole = await socket.waitFor('the bid in two parts', () => answersOf(socket)[sizes.length])
  checks.that('a bid of 4 096 bytes in two parts is judged', whole.code === 'too_low', String(whole.code))
  await socket.close()
}

/** None is a bid, a purchase or a sync. */
const MALFORMED: readonly string[] = [
  '',
  'pong',
  'PING',
  '{',
  'null',
  '[]',
  '0',
  '"bid"',
  '{}',
  '{"type":null}',
  '{"type":"welcome"}',
  '{"type":"accepted","id":"x"}',
  '{"type":"bid"}',
  '{"type":"bid","id":1,"amount":5}',
  '{"type":"bid","id":"","amount":5}',
  `{"type":"bid","id":"${'i'.repeat(65)}","amount":5}`,
  '{"type":"bid","id":"é","amount":5}',
  '{"type":"sync"}',
  '{"type":"sync","since":-1}',
  '{"type":"sync","since":1e400}',
  '{"type":"sync","since":"0"}',
  '{"type":"__proto__"}',
  '{"__proto__":{"type":"bid"}}',
  '['.repeat(2_000),
  `{"type":"bid","id":"\\u0000","amount":5}`,
  '\ufeff{"type":"sync","since":0}',
]

/** Bids of a right id whose amount is none. */
const AMOUNTS: readonly string[] = [
  '0',
  '-1',
  '0.001',
  '1e308',
  '1e400',
  '"5"',
  'null',
  'true',
  '[]',
  '{}',
  '9007199254740992',
  '99999999999999999999',
  '1e-400',
  '-0',
]

async function sendMalformed(stage: Stage): Promise<void> {
  const { checks } = stage
  const silent: string[] = []
  for (let start = 0; start < MALFORMED.length; start += BAD_FRAMES_MAX - 1) {
    const socket = await openArena(stage, 3)
    for (const [at, text] of MALFORMED.slice(start, start + BAD_FRAMES_MAX - 1).entries()) {
      socket.send(text)
      const answer = await socket
        .waitFor('an error', () => framesOf(socket, 'error')[at], ANSWER_WITHIN_MS)
        .catch(() => null)
      if (answer === null) silent.push(text.slice(0, 60))
      checks.sent += 1
    }
    await socket.close()
  }
  checks.none('a frame that is none of the protocol is answered by `error`', silent, MALFORMED.length)

  const socket = await openArena(stage, 4)
  const wrong: string[] = []
  for (const [at, amount] of AMOUNTS.entries()) {
    socket.send(`{"type":"bid","id":"amount-${at}","amount":${amount}}`)
    const answer = await socket.waitFor(
      `an answer to ${amount}`,
      () => answersOf(socket)[at],
      ANSWER_WITHIN_MS,
    )
    if (answer.code !== 'amount_invalid') wrong.push(`${amount}: ${answer.code}`)
    checks.sent += 1
  }
  checks.none('a bid of an impossible amount is `amount_invalid`', wrong, AMOUNTS.length)
  await socket.close()

  const stubborn = await openArena(stage, 5)
  for (let number = 0; number < BAD_FRAMES_MAX; number++) stubborn.send('{')
  const { code } = await stubborn.closed
  checks.that('five bad frames close the socket with 4400', code === CLOSE.badFrames, String(code))
}

async function breakProtocol(stage: Stage): Promise<void> {
  const { checks } = stage
  const text = Buffer.from('{"type":"sync","since":0}')
  const frame = (opcode: number, payload: Uint8Array, options: FrameOptions = {}) =>
    encodeFrame(opcode, payload, options)
  const broken: readonly (readonly [what: string, bytes: Buffer])[] = [
    ['binary', frame(OPCODE.binary, text)],
    ['of a mebibyte', frame(OPCODE.text, Buffer.alloc(MEBIBYTE, 'x'))],
    ['of 33 MiB', frame(OPCODE.text, Buffer.alloc(33 * MEBIBYTE, 'x'))],
    [
      'in 5 000 parts',
      Buffer.concat(
        Array.from({ length: 5_000 }, (_, at) =>
          frame(at === 0 ? OPCODE.text : OPCODE.continuation, text, { isFinal: false }),
        ),
      ),
    ],
    ['without a mask', frame(OPCODE.text, text, { isMasked: false })],
    ['of an unknown kind', frame(0x3, text)],
    ['with reserved bits', frame(0x70 | OPCODE.text, text)],
    ['that goes on from none', frame(OPCODE.continuation, text)],
    ['that is not UTF-8', frame(OPCODE.text, Buffer.from([0xff, 0xfe, 0xc0, 0x80]))],
    ['that claims 2^62 bytes', frame(OPCODE.text, text, { claimedLength: 2n ** 62n })],
    ['that claims 2^64 − 1 bytes', frame(OPCODE.text, text, { claimedLength: 2n ** 64n - 1n })],
    ['ping of 200 bytes', frame(OPCODE.ping, Buffer.alloc(200))],
    ['close of one byte', frame(OPCODE.close, Buffer.from([3]))],
    ...[0, 999, 1001, 1004, 1005, 1006, 1015, 2999, 4999, 5000, 65_535].map((code): [string, Buffer] => [
      `close ${code}`,
      frame(OPCODE.close, Buffer.from([code >> 8, code & 255])),
    ]),
    ['that is none', Buffer.from('GET / HTTP/1.1\r\nHost: x\r\n\r\n'.repeat(50))],
  ]
  const told: string[] = []
  const alive: string[] = []
  const counter = await openArena(stage, 7)
  await sleep(COUNTED_AFTER_MS)
  const before = countWatchers(counter)
  for (const [what, bytes] of broken) {
    const socket = await openArena(stage, 6)
    socket.sendBytes(bytes)
    await Promise.race([
      socket.closed,
      socket.waitFor('an error', () => framesOf(socket, 'error')[0], REACTION_MS).catch(() => {}),
    ])
    told.push(`${what}: ${socket.closeReport?.code ?? (socket.isOpen ? 'open' : 'ended')}`)
    socket.destroy()
    checks.sent += 1
    const health = await stage.http.send({ method: 'GET', path: '/health' })
    if (health.status !== 200) alive.push(`${what}: ${health.status}`)
  }
  checks.note(told.join(' · '))
  checks.none('bytes that break the protocol harm nobody else', alive, broken.length)
  await sleep(COUNTED_AFTER_MS)
  const after = countWatchers(counter)
  checks.that('… and the room counts none of those sockets any more', after === before, `${before}, ${after}`)
  await counter.close()
}

/** Those who behave are served as before, in the very room that was sent all this. */
async function isStillServed(stage: Stage): Promise<void> {
  const socket = await openArena(stage, 7)
  socket.send({ type: 'sync', since: 0 })
  await socket.waitFor(
    'an answer to sync',
    () => framesOf(socket, 'events')[0] ?? framesOf(socket, 'welcome')[1],
  )
  stage.checks.that('the room answers those who behave', true)
  stage.checks.sent += 1
  await socket.close()
}

async function openArena(stage: Stage, member: number): Promise<RawSocket> {
  const as = stage.scene.crew[member]?.person
  if (as === undefined) throw new Error('The crew is too small')
  const socket = await openLive(stage, stage.scene.arena.auctionId, { as })
  await nextFrame(socket, 'welcome')
  return socket
}

/** What frames of this socket were answered by, in order. */
const answersOf = (socket: RawSocket): Record<string, unknown>[] =>
  socket.texts
    .filter((text) => /^\{"type":"(?:accepted|rejected|error)"/.test(text))
    .map((text): Record<string, unknown> => JSON.parse(text))
