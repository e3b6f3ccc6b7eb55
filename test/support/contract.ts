/** The API's own document, as tests read it. */
import { z } from 'zod'
import { api } from './api.ts'

const jsonSchema = z.record(z.string(), z.unknown())
const content = z.object({ 'application/json': z.object({ schema: jsonSchema }) })
const responseSchema = z.union([
  z.object({ $ref: z.string() }),
  z.object({ description: z.string().min(1), content: content.optional() }),
])
const operationSchema = z.object({
  operationId: z.string().regex(/^[a-z][A-Za-z0-9]*$/),
  summary: z.string().min(1),
  tags: z.array(z.string()).length(1),
  security: z.array(z.record(z.string(), z.array(z.string()))),
  parameters: z
    .array(
      z.object({
        name: z.string(),
        in: z.enum(['path', 'query', 'header']),
        required: z.boolean(),
        schema: jsonSchema,
      }),
    )
    .default([]),
  requestBody: z.object({ required: z.boolean(), content }).optional(),
  responses: z.record(z.string().regex(/^\d{3}$|^default$/), responseSchema),
})
export const contractSchema = z.object({
  openapi: z.literal('3.1.0'),
  info: z.object({ title: z.string(), version: z.string() }),
  tags: z.array(z.object({ name: z.string() })),
  paths: z.record(
    z.string().startsWith('/'),
    z.record(z.enum(['get', 'post', 'put', 'patch', 'delete']), operationSchema.optional()),
  ),
  components: z.object({
    securitySchemes: z.record(z.string(), jsonSchema),
    responses: z.record(z.string(), responseSchema),
    schemas: z.record(z.string(), jsonSchema),
  }),
})
export type Contract = z.infer<typeof contractSchema>
export type StatedOperation = z.infer<typeof operationSchema> & { method: string; path: string }

export const readContract = async (): Promise<Contract> =>
  contractSchema.parse((await api('GET', '/openapi.json')).expect(200).body)

export const operationsOf = ({ paths }: Contract): StatedOperation[] =>
  Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).flatMap(([method, operation]) =>
      operation === undefined ? [] : [{ ...operation, method: method.toUpperCase(), path }],
    ),
  )

export function operationOf(contract: Contract, method: string, path: string): StatedOperation {
  const found = operationsOf(contract).find(
    (operation) => operation.method === method && operation.path === path,
  )
  if (found === undefined) throw new Error(`${method} ${path} is not in the contract`)
  return found
}

/** Every value under `$ref`, wherever it is. */
export function referencesIn(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return []
  return Object.entries(value).flatMap(([key, inner]) =>
    key === '$ref' && typeof inner === 'string' ? [inner] : referencesIn(inner),
  )
}

/** What a reference within the document leads to; undefined where there is nothing. */
export function resolve(contract: Contract, reference: string): unknown {
  let found: unknown = contract
  for (const step of reference.replace(/^#\//, '').split('/')) {
    if (typeof found !== 'object' || found === null) return undefined
    found = Reflect.get(found, step)
  }
  return found
}

/** The schema as zod checks it, made from nothing but the document. */
export function readSchema(contract: Contract, schema: z.infer<typeof jsonSchema>): z.ZodType {
  const text = JSON.stringify({ ...schema, $defs: contract.components.schemas })
  return z.fromJSONSchema(JSON.parse(text.replaceAll('#/components/schemas/', '#/$defs/')))
}

/** What the document says that such an answer looks like. */
export function statedAnswer(contract: Contract, method: string, path: string, status: string): z.ZodType {
  const { responses } = operationOf(contract, method, path)
  const stated = responses[status] ?? responses.default
  const response =
    stated !== undefined && '$ref' in stated ? responseSchema.parse(resolve(contract, stated.$ref)) : stated
  if (response === undefined || !('content' in response) || response.content === undefined) {
    throw new Error(`${method} ${path} states no JSON for ${status}`)
  }
  return readSchema(contract, response.content['application/json'].schema)
}
