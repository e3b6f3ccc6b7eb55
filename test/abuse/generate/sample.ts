import type { Random } from '../../crash/random.ts'
import { alternativesOf, type Node, readNode } from './leaves.ts'

const LETTERS = 'abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789 -_.éßñ漢😀'
const TEXT_MAX_CHARS = 24
const ITEMS_MAX = 3
const OPTIONAL_CHANCE = 0.6
const DAY_MS = 86_400_000

/** Values for properties whose schema says less than they must be: known by their names. */
export type Known = Readonly<Record<string, () => unknown>>

/** A value that the schema's wire side allows. What it does not tell (`refine`, `transform`) may still refuse it. */
export function sample(node: Node, random: Random, known: Known): unknown {
  if (node.const !== undefined) return node.const
  if (node.enum !== undefined) return random.pick(node.enum)
  const alternatives = alternativesOf(node)
  if (alternatives !== undefined) return sample(readNode(random.pick(alternatives)), random, known)
  const type = Array.isArray(node.type) ? random.pick(node.type) : node.type
  switch (type) {
    case 'object':
      return sampleObject(node, random, known)
    case 'array': {
      const length = random.int(0, Math.min(node.maxItems ?? ITEMS_MAX, ITEMS_MAX))
      return Array.from({ length }, () => sample(readNode(node.items), random, known))
    }
    case 'string':
      return sampleText(node, random)
    case 'integer':
    case 'number':
      return sampleNumber(node, random, type === 'integer')
    case 'boolean':
      return random.chance(0.5)
    case 'null':
      return null
    default:
      return random.pick<unknown>([null, true, 0, 'x', [], {}])
  }
}

function sampleObject(node: Node, random: Random, known: Known): Record<string, unknown> {
  const object: Record<string, unknown> = {}
  for (const [name, part] of Object.entries(node.properties ?? {})) {
    const isNeeded = node.required?.includes(name) ?? false
    if (!isNeeded && !random.chance(OPTIONAL_CHANCE)) continue
    const field = readNode(part)
    // What the schema lists is told by itself.
    const value = field.enum === undefined ? known[name]?.() : undefined
    object[name] = value ?? sample(field, random, known)
  }
  return object
}

function sampleText(node: Node, random: Random): string {
  if (node.format === 'date-time') return new Date(Date.now() + random.int(1, 80 * DAY_MS)).toISOString()
  if (node.pattern !== undefined) return String(random.int(1, 99_999))
  const length = random.int(
    Math.max(1, node.minLength ?? 1),
    Math.min(node.maxLength ?? TEXT_MAX_CHARS, TEXT_MAX_CHARS),
  )
  const letters = [...LETTERS]
  let text = ''
  while (text.length < length) text += random.pick(letters)
  return text.length > (node.maxLength ?? Number.POSITIVE_INFINITY) ? 'x'.repeat(length) : text
}

function sampleNumber(node: Node, random: Random, isWhole: boolean): number {
  const step = node.multipleOf ?? (isWhole ? 1 : 0.01)
  const from = node.minimum ?? (node.exclusiveMinimum === undefined ? 0 : node.exclusiveMinimum + step)
  const to = node.maximum ?? from + 1_000_000
  if (random.chance(0.1)) return random.pick([from, to])
  // Whole steps, turned into the nearest double of as many decimals as the step has.
  const decimals = step < 1 ? Math.round(-Math.log10(step)) : 0
  const steps = random.int(
    Math.ceil(from / step),
    Math.min(Math.floor(to / step), Math.ceil(from / step) + 10_000_000),
  )
  return Number((steps * step).toFixed(decimals))
}
