import * as z from 'zod'
import { describeSchema, type JsonSchema } from './json-schemas.ts'
import type { Operation } from './operation.ts'

interface Parameter {
  name: string
  in: 'path' | 'query' | 'header'
  required: boolean
  schema: JsonSchema
  description?: string
}

const ID_MAX = 999_999_999_999_999
const idSchema: JsonSchema = { type: 'integer', minimum: 1, maximum: ID_MAX }

const IDEMPOTENCY_KEY: Parameter = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  schema: { type: 'string', minLength: 1, maxLength: 255 },
  description:
    'Of the caller’s choice. The same request under the same key has the same answer for 24 hours, with Idempotent-Replay: true.',
}

const fieldsSchema = z.object({
  properties: z.record(z.string(), z.record(z.string(), z.unknown())),
  required: z.array(z.string()).default([]),
})

/** `idempotency-key` → `Idempotency-Key` */
const headerName = (name: string): string =>
  name.replaceAll(/(^|-)[a-z]/g, (beginning) => beginning.toUpperCase())

/** The names of a path's parameters. */
export const namesIn = (path: string): string[] =>
  [...path.matchAll(/:([A-Za-z_]+)/g)].flatMap(([, name]) => name ?? [])

/** Each field of a query's or header's schema. @throws ZodError where it is no object */
function describeFields(schema: z.ZodType, place: 'query' | 'header'): Parameter[] {
  const { properties, required } = fieldsSchema.parse(describeSchema(schema))
  return Object.entries(properties).map(([name, field]) => ({
    name: place === 'header' ? headerName(name) : name,
    in: place,
    required: required.includes(name),
    schema: field,
  }))
}

/** All that an operation takes beside its body. */
export function describeParameters({ path, query, header, isRepeatable }: Operation): Parameter[] {
  const inPath = namesIn(path).map(
    (name): Parameter => ({
      name,
      in: 'path',
      required: true,
      schema: name === 'id' || name.endsWith('_id') ? idSchema : { type: 'string' },
    }),
  )
  return [
    ...inPath,
    ...(query === null ? [] : describeFields(query, 'query')),
    ...(header === null ? [] : describeFields(header, 'header')),
    ...(isRepeatable ? [IDEMPOTENCY_KEY] : []),
  ]
}
