import type { Random } from '../../crash/random.ts'
import { isContainer, type Path, replaceAt } from './leaves.ts'

/** A body as it goes onto the wire, and how it was broken. */
export interface Broken {
  how: string
  bytes: Buffer
}

const BODY_MAX_BYTES = 64 * 1024
const DEEP = 20_000

/** Values of every kind, of which one stands where another belongs. */
const STRANGERS: readonly unknown[] = [
  null,
  true,
  false,
  -1,
  0,
  0.001,
  1e308,
  2 ** 53,
  -(2 ** 53),
  '',
  ' ',
  'NaN',
  '0',
  '\u0000',
  '\ud800',
  '\u202e',
  'x'.repeat(11_000),
  [],
  [null],
  {},
  { $ne: null },
  [[[[]]]],
]

/** Breaks a body in one place: in a value, in what is there, in its text, or in its bytes. */
export function breakOnce(body: unknown, paths: readonly Path[], random: Random): Broken {
  if (paths.length === 0 || random.chance(0.15)) return breakText(JSON.stringify(body), random)
  const path = random.pick(paths)
  const at = path.join('.')
  if (random.chance(0.15)) return wrap(`without ${at}`, without(body, path))
  if (random.chance(0.1))
    return wrap(`more than ${at}`, replaceAt(body, [...path.slice(0, -1), 'more'], { raw: at }))
  const stranger = random.pick(STRANGERS)
  return wrap(`${at} is ${JSON.stringify(stranger)?.slice(0, 40)}`, replaceAt(body, path, stranger))
}

const wrap = (how: string, body: unknown): Broken => ({ how, bytes: Buffer.from(JSON.stringify(body)) })

function without(value: unknown, [step, ...rest]: Path): unknown {
  if (step === undefined || !isContainer(value)) return value
  if (rest.length > 0) return step in value ? replaceAt(value, [step], without(value[step], rest)) : value
  if (Array.isArray(value)) return value.toSpliced(Number(step), 1)
  const { [step]: _, ...others } = value
  return others
}

function breakText(text: string, random: Random): Broken {
  const cut = random.int(1, text.length - 1)
  const ways: readonly (readonly [how: string, bytes: Buffer])[] = [
    ['cut off', Buffer.from(text.slice(0, cut))],
    [
      'with a byte that is no UTF-8',
      Buffer.concat([Buffer.from(text.slice(0, cut)), Buffer.from([0xff]), Buffer.from(text.slice(cut))]),
    ],
    ['with a comma at its end', Buffer.from(`${text.slice(0, -1)},}`)],
    ['in single quotes', Buffer.from(text.replaceAll('"', "'"))],
    ['with a comment', Buffer.from(`/* */${text}`)],
    ['twice', Buffer.from(text + text)],
    ['with a mark of its byte order', Buffer.from(`\ufeff${text}`)],
    [
      'with a number past all bounds',
      Buffer.from(`${text.slice(0, -1)}${text.length > 2 ? ',' : ''}"past":1e999}`),
    ],
    ['with __proto__', Buffer.from(`${text.slice(0, -1)}${text.length > 2 ? ',' : ''}"__proto__":{"a":1}}`)],
    ['of brackets', Buffer.from('['.repeat(DEEP) + ']'.repeat(DEEP))],
    ['of open brackets', Buffer.from('{"a":'.repeat(DEEP / 5))],
    ['too large', Buffer.from(`${text.slice(0, -1)}${' '.repeat(BODY_MAX_BYTES)}}`)],
    ['that is null', Buffer.from('null')],
    ['that is a list', Buffer.from(`[${text}]`)],
    ['that is a text', Buffer.from(JSON.stringify(text))],
  ]
  const [how, bytes] = random.pick(ways)
  return { how, bytes }
}
