import { crc32, deflateSync } from 'node:zlib'

const SIGNATURE = Uint8Array.of(0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a)
const RGB = 2
type Colour = readonly [number, number, number]
const SKY: Colour = [196, 216, 232]
const ROAD: Colour = [92, 96, 102]
const TYRE: Colour = [28, 28, 32]
const GLASS: Colour = [168, 188, 200]

function chunk(type: string, data: Uint8Array): Uint8Array {
  const body = Buffer.concat([Buffer.from(type, 'ascii'), data])
  const framed = Buffer.alloc(8 + data.length + 4)
  framed.writeUInt32BE(data.length, 0)
  body.copy(framed, 4)
  framed.writeUInt32BE(crc32(body), 8 + data.length)
  return framed
}

/** The colour at a point of the unit square: a car on a road. */
function colourAt(x: number, y: number, paint: Colour): Colour {
  const wheel = [0.3, 0.72].some((centre) => Math.hypot((x - centre) * 1.5, y - 0.72) < 0.08)
  if (wheel) return TYRE
  if (x > 0.14 && x < 0.88 && y > 0.52 && y < 0.72) return paint
  const slope = (y - 0.36) * 0.5
  const cabin = y > 0.36 && y <= 0.52 && x > 0.36 - slope && x < 0.64 + slope
  if (cabin)
    return y > 0.39 && Math.abs(x - 0.5) > 0.015 && x > 0.4 - slope && x < 0.6 + slope ? GLASS : paint
  return y > 0.7 ? ROAD : SKY
}

/** A small PNG picture of a car in the given paint. */
export function drawPicture(
  width: number,
  height: number,
  paint: Colour = [178, 34, 52],
): Uint8Array<ArrayBuffer> {
  const header = Buffer.alloc(13)
  header.writeUInt32BE(width, 0)
  header.writeUInt32BE(height, 4)
  header.set([8, RGB, 0, 0, 0], 8)
  const rows = Buffer.alloc(height * (1 + width * 3))
  for (let y = 0; y < height; y++) {
    for (let x = 0; x < width; x++) {
      rows.set(colourAt(x / width, y / height, paint), y * (1 + width * 3) + 1 + x * 3)
    }
  }
  const chunks = [chunk('IHDR', header), chunk('IDAT', deflateSync(rows)), chunk('IEND', new Uint8Array())]
  return new Uint8Array(Buffer.concat([SIGNATURE, ...chunks]))
}
