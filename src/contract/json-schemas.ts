import * as z from 'zod'

/** A JSON Schema of draft 2020-12, as OpenAPI 3.1 takes it. */
export type JsonSchema = Record<string, unknown>

const PREFIX = '#/components/schemas/'

/** What is on the wire: of a codec that is the side it decodes, which is the one it encodes to. */
const OPTIONS = {
  io: 'input',
  unrepresentable: 'any',
  override({ jsonSchema }: { jsonSchema: JsonSchema }) {
    // Every JSON number is within these, and the pattern of a time says no more than its format.
    if (jsonSchema.minimum === Number.MIN_SAFE_INTEGER) delete jsonSchema.minimum
    if (jsonSchema.maximum === Number.MAX_SAFE_INTEGER) delete jsonSchema.maximum
    if (jsonSchema.format === 'date-time') delete jsonSchema.pattern
  },
} as const

/** A schema by itself. */
export function describeSchema(schema: z.ZodType): JsonSchema {
  const { $schema: _, ...described } = z.toJSONSchema(schema, OPTIONS)
  return described
}

/** The schemas that have a name in the document; one that is part of another is referred to there. */
export class NamedSchemas {
  readonly #registry = z.registry<{ id: string }>()

  /** The reference to a schema, which gets the name where it has none. */
  refer(schema: z.ZodType, name: string): JsonSchema {
    if (!this.#registry.has(schema)) this.#registry.add(schema, { id: name })
    return { $ref: `${PREFIX}${this.#registry.get(schema)?.id ?? name}` }
  }

  describeAll(): Record<string, JsonSchema> {
    const { schemas } = z.toJSONSchema(this.#registry, { ...OPTIONS, uri: (id) => `${PREFIX}${id}` })
    return Object.fromEntries(
      Object.entries(schemas).map(([name, { $schema: _, $id: __, ...described }]) => [name, described]),
    )
  }
}
