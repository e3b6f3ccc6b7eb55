import * as z from 'zod'

/** What `z.toJSONSchema` writes, as far as it is read here. */
const nodeSchema = z.looseObject({
  type: z.union([z.string(), z.array(z.string())]).optional(),
  const: z.unknown().optional(),
  enum: z.array(z.unknown()).optional(),
  anyOf: z.array(z.unknown()).optional(),
  oneOf: z.array(z.unknown()).optional(),
  properties: z.record(z.string(), z.unknown()).optional(),
  required: z.array(z.string()).optional(),
  items: z.unknown().optional(),
  format: z.string().optional(),
  pattern: z.string().optional(),
  minLength: z.number().optional(),
  maxLength: z.number().optional(),
  minimum: z.number().optional(),
  exclusiveMinimum: z.number().optional(),
  maximum: z.number().optional(),
  multipleOf: z.number().optional(),
  maxItems: z.number().optional(),
})
export type Node = z.output<typeof nodeSchema>

export type Path = readonly (string | number)[]

/** The wire's side of a schema. */
export const describeInput = (schema: z.ZodType): Node =>
  nodeSchema.parse(z.toJSONSchema(schema, { io: 'input', unrepresentable: 'any' }))

export const readNode = (part: unknown): Node => nodeSchema.parse(part ?? {})

/** What a value may be instead, whether the schema tells them apart by a field or not. */
export const alternativesOf = ({ anyOf, oneOf }: Node): readonly unknown[] | undefined => anyOf ?? oneOf

/** The paths to everything that a body of this schema may hold, groups and what is in them; of a list, its first. */
export function pathsOf(node: Node, at: Path = []): Path[] {
  const below = [
    ...Object.entries(node.properties ?? {}).flatMap(([name, part]) =>
      pathsOf(readNode(part), [...at, name]),
    ),
    ...(node.items === undefined ? [] : pathsOf(readNode(node.items), [...at, 0])),
    ...(alternativesOf(node) ?? []).flatMap((part) =>
      pathsOf(readNode(part), at).filter((path) => path.length > at.length),
    ),
  ]
  return at.length === 0 ? below : [at, ...below]
}

export const isContainer = (value: unknown): value is Record<string | number, unknown> =>
  typeof value === 'object' && value !== null

/** A copy of `value` with something else at `path`; groups on the way that are not there are made. */
export function replaceAt(value: unknown, path: Path, replacement: unknown): unknown {
  const [step, ...rest] = path
  if (step === undefined) return replacement
  const copy: Record<string | number, unknown> | unknown[] = Array.isArray(value)
    ? [...value]
    : isContainer(value)
      ? { ...value }
      : typeof step === 'number'
        ? []
        : {}
  Reflect.set(copy, step, replaceAt(Reflect.get(copy, step), rest, replacement))
  return copy
}
