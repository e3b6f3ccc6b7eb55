import { expect, test } from 'vitest'
import { z } from 'zod'

const moduleSchema = z.object({
  outline: z.custom<(schema: object, named: object) => string[]>((value) => typeof value === 'function'),
  sample: z.custom<(schema: object, named: object) => unknown>((value) => typeof value === 'function'),
})
// The page's own file, as the browser runs it.
const page: unknown = await import(new URL('../assets/docs/schemas.js', import.meta.url).href)
const { outline, sample } = moduleSchema.parse(page)

const named = {
  Vehicle: { type: 'object', properties: { vin: { type: 'string', maxLength: 17 } }, required: ['vin'] },
  Node: { type: 'object', properties: { next: { $ref: '#/components/schemas/Node' } }, required: ['next'] },
}
const vehicle = { $ref: '#/components/schemas/Vehicle' }
const form = {
  type: 'object',
  properties: {
    id: { type: 'integer', exclusiveMinimum: 0 },
    note: { anyOf: [{ const: '' }, { anyOf: [{ type: 'string' }, { type: 'null' }] }] },
    vehicle,
    vehicles: { type: 'array', items: vehicle },
    kind: { enum: ['a', 'b'], default: 'b' },
    prices: { type: 'object', additionalProperties: { type: ['number', 'null'], minimum: 0.01 } },
    either: { anyOf: [{ type: 'object', properties: { left: { const: 1 } } }, vehicle] },
  },
  required: ['id', 'vehicle', 'vehicles', 'kind'],
}

test('a schema is a line for each field, with what may be missing, bounds and what is in it', () => {
  expect(outline(form, named)).toEqual([
    'object',
    '  id: integer — exclusiveMinimum 0',
    '  note?: null or string',
    '  vehicle: object',
    '    vin: string — maxLength 17',
    '  vehicles: list of object',
    '    vin: string — maxLength 17',
    '  kind: "a" | "b" — default "b"',
    '  prices?: object',
    '    any other name: number | null — minimum 0.01',
    '  either?: one of',
    '    object',
    '      left?: 1',
    '    object',
    '      vin: string — maxLength 17',
  ])
})

test('a body begins with what has to be in it', () => {
  expect(sample(form, named)).toEqual({ id: 1, vehicle: { vin: '' }, vehicles: [], kind: 'b' })
})

test('a body in which nothing has to be begins with everything', () => {
  const { properties } = form
  const began = sample(
    { type: 'object', properties: { note: properties.note, either: properties.either } },
    named,
  )
  expect(began).toEqual({ note: '', either: { left: 1 } })
})

test('a time begins in the future, an amount at its least', () => {
  expect(sample({ type: 'number', minimum: 0.01 }, {})).toBe(0.01)
  const time = z.iso.datetime().parse(sample({ type: 'string', format: 'date-time' }, {}))
  expect(Date.parse(time)).toBeGreaterThan(Date.now())
})

test('a schema that contains itself comes to an end', () => {
  const self = { $ref: '#/components/schemas/Node' }
  expect(outline(self, named).at(-1)).toMatch(/next: …$/)
  expect(() => JSON.stringify(sample(self, named))).not.toThrow()
})
