import { encodePng } from './png.ts'

const WIDTH = 480
const HEIGHT = 300

/** A point in the drawing's own measure: the car stands on y = 0, its tail at x = 0, its nose at x = 100. */
type Point = readonly [x: number, y: number]
type ShapeName = 'sedan' | 'suv' | 'pickup' | 'van'
type Shape = { outline: readonly Point[]; windows: readonly (readonly Point[])[] }

// biome-ignore format: one row a line of the car
const SHAPES: Record<ShapeName, Shape> = {
  sedan: {
    outline: [[2, 5], [1, 15], [4, 21], [20, 23], [33, 34], [58, 34], [72, 23], [94, 19], [99, 13], [99, 5]],
    windows: [[[25, 24], [35, 32], [46, 32], [46, 24]], [[48, 24], [48, 32], [57, 32], [67, 24]]],
  },
  suv: {
    outline: [[2, 6], [1, 22], [4, 38], [12, 41], [60, 41], [74, 27], [95, 23], [99, 15], [99, 6]],
    windows: [[[8, 28], [10, 38], [31, 38], [31, 28]], [[33, 28], [33, 38], [47, 38], [47, 28]], [[49, 28], [49, 38], [59, 38], [69, 28]]],
  },
  pickup: {
    outline: [[0, 7], [0, 25], [42, 25], [46, 40], [66, 40], [77, 26], [96, 23], [100, 15], [100, 7]],
    windows: [[[46, 27], [49, 38], [56, 38], [56, 27]], [[58, 27], [58, 38], [65, 38], [73, 27]]],
  },
  van: {
    outline: [[1, 5], [0, 44], [4, 49], [70, 49], [88, 28], [98, 22], [99, 5]],
    windows: [[[60, 31], [60, 44], [69, 44], [80, 31]]],
  },
}
const WHEELS: Point[] = [
  [20, 6],
  [80, 6],
]
const WHEEL_RADIUS = 8.5
const PAINTS: [RegExp, number][] = [
  [/white|pearl/i, 0xe9ebee],
  [/black|onyx|ebony|midnight/i, 0x23262b],
  [/red|ruby|crimson|cayenne/i, 0xa8232f],
  [/blue|cobalt|nautical/i, 0x2c5aa0],
  [/green|sage/i, 0x3f6b4f],
  [/orange|copper|bronze/i, 0xb8652a],
  [/gold|sand|beige|tan/i, 0xbfa777],
  [/silver/i, 0xb9bec4],
]
const GRAY = 0x6f757c
const COLOR = {
  sky: 0xdce6ef,
  wall: 0xc3ccd4,
  ground: 0x8b8f94,
  glass: 0x3b4854,
  tire: 0x1b1c1e,
  rim: 0xc9cdd1,
}

/** A drawing of a car from the side, as a PNG, in place of the photo that only its seller could take. */
export function drawCar(bodyType: string, exteriorColor: string): Uint8Array<ArrayBuffer> {
  const paint = PAINTS.find(([name]) => name.test(exteriorColor))?.[1] ?? GRAY
  const palette = [
    COLOR.sky,
    COLOR.wall,
    COLOR.ground,
    paint,
    COLOR.glass,
    COLOR.tire,
    COLOR.rim,
    shade(paint),
  ]
  return encodePng(WIDTH, HEIGHT, pixelsOf(shapeOf(bodyType)), palette)
}

/** The paint is in the palette, so that all cars of a shape share their pixels. */
const drawn = new Map<ShapeName, Uint8Array>()

function pixelsOf(name: ShapeName): Uint8Array {
  const known = drawn.get(name)
  if (known) return known
  const pixels = new Uint8Array(WIDTH * HEIGHT)
  for (let row = 0; row < HEIGHT; row++) {
    for (let column = 0; column < WIDTH; column++) {
      pixels[row * WIDTH + column] = colorAt(SHAPES[name], (column - 40) / 4, (232 - row) / 4)
    }
  }
  drawn.set(name, pixels)
  return pixels
}

function shapeOf(bodyType: string): ShapeName {
  if (/pickup|truck/i.test(bodyType)) return 'pickup'
  if (/van/i.test(bodyType)) return 'van'
  return /suv|crossover|wagon/i.test(bodyType) ? 'suv' : 'sedan'
}

function colorAt(shape: Shape, x: number, y: number): number {
  for (const [wheelX, wheelY] of WHEELS) {
    const distance = Math.hypot(x - wheelX, y - wheelY)
    if (distance < WHEEL_RADIUS * 0.55) return 6
    if (distance < WHEEL_RADIUS) return 5
  }
  if (shape.windows.some((window) => isInside(window, x, y))) return 4
  if (isInside(shape.outline, x, y)) return y < 12 ? 7 : 3
  if (y < 0) return 2
  return y < 22 ? 1 : 0
}

function isInside(polygon: readonly Point[], x: number, y: number): boolean {
  let inside = false
  polygon.forEach(([x1, y1], index) => {
    const [x2, y2] = polygon[(index + 1) % polygon.length] ?? [x1, y1]
    if (y1 > y !== y2 > y && x < ((x2 - x1) * (y - y1)) / (y2 - y1) + x1) inside = !inside
  })
  return inside
}

function shade(color: number): number {
  const darker = (shift: number) => Math.round(((color >> shift) & 0xff) * 0.8) << shift
  return darker(16) | darker(8) | darker(0)
}
