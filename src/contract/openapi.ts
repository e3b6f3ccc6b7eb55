import { ERROR_MESSAGES } from '../platform/errors.ts'
import { type JsonSchema, NamedSchemas } from './json-schemas.ts'
import type { Operation } from './operation.ts'
import { describeParameters, namesIn } from './parameters.ts'
import { CREDENTIALS, securityOf } from './security.ts'

const ERROR = { $ref: '#/components/schemas/Error' }
const JSON_TYPE = 'application/json'

const DESCRIPTION = `Amounts are JSON numbers of US dollars with at most two decimals, times ISO 8601 in UTC. \
Every refusal has the form of Error; 429 and 503 come with Retry-After. Lists go on by the Link header or next_cursor. \
The live sockets are not described here.`

const errorSchema: JsonSchema = {
  type: 'object',
  properties: {
    error: { type: 'string', description: 'For people' },
    code: { type: 'string', enum: Object.keys(ERROR_MESSAGES) },
    request_id: { type: 'string' },
    details: {
      type: 'array',
      description: 'Only with 400: which fields are wrong',
      items: {
        type: 'object',
        properties: { path: { type: 'string' }, message: { type: 'string' } },
        required: ['path', 'message'],
      },
    },
  },
  required: ['error', 'code', 'request_id'],
}

const capitalise = (word: string): string => word.charAt(0).toUpperCase() + word.slice(1)

/** `/api/vehicles/:id/images` → `vehicles`; what lies outside of `/api` belongs to the service itself. */
function tagOf(path: string): string {
  const subject = /^\/api\/([a-z-]+)/.exec(path)?.[1]
  return subject === 'decode-vin' ? 'vin' : (subject ?? 'service')
}

/** `PATCH /api/vehicles/:id/images/:image_id` → `patchVehiclesByIdImagesByImageId` */
export function operationIdOf({ method, path }: Pick<Operation, 'method' | 'path'>): string {
  const words = path
    .replace(/^\/api\/(?=.)/, '/')
    .replaceAll(':', 'by-')
    .split(/[^A-Za-z0-9]+/)
  return method.toLowerCase() + words.map(capitalise).join('')
}

/** Refusals that follow from what the route takes, where it says nothing of its own about them. */
function usualRefusals({ path, query, header, body, guard }: Operation): Record<number, string> {
  const isRead = query !== null || header !== null || body !== null
  return {
    ...(isRead ? { 400: 'validation_failed' } : {}),
    ...(guard === null ? {} : { 401: 'unauthenticated' }),
    ...(guard === null || guard.credential === 'metrics_token' ? {} : { 403: 'forbidden' }),
    ...(namesIn(path).length === 0 ? {} : { 404: 'not_found' }),
  }
}

function describeResponses(operation: Operation, schemas: NamedSchemas): Record<string, JsonSchema> {
  const id = capitalise(operationIdOf(operation))
  const said = Object.entries({ ...usualRefusals(operation), ...operation.responses })
  const responses = said.map(([status, response]): [string, JsonSchema] => {
    const isRefusal = Number(status) >= 400
    if (typeof response !== 'string') {
      const schema = schemas.refer(response, `${id}${status}`)
      return [status, { description: isRefusal ? 'Refused' : 'Done', content: { [JSON_TYPE]: { schema } } }]
    }
    const content = isRefusal ? { content: { [JSON_TYPE]: { schema: ERROR } } } : {}
    return [status, { description: response, ...content }]
  })
  return { ...Object.fromEntries(responses), default: { $ref: '#/components/responses/Refusal' } }
}

function describeOperation(operation: Operation, schemas: NamedSchemas): JsonSchema {
  const { path, summary, body, guard } = operation
  const operationId = operationIdOf(operation)
  const parameters = describeParameters(operation)
  return {
    operationId,
    summary,
    tags: [tagOf(path)],
    security: securityOf(guard),
    ...(parameters.length === 0 ? {} : { parameters }),
    ...(body === null
      ? {}
      : {
          requestBody: {
            required: body.isOptional !== true,
            content: {
              [JSON_TYPE]: { schema: schemas.refer(body.schema, `${capitalise(operationId)}Body`) },
            },
          },
        }),
    responses: describeResponses(operation, schemas),
  }
}

/** The OpenAPI 3.1 document of the operations. @throws Error where one of them takes what cannot be said */
export function describeApi(
  operations: readonly Operation[],
  { name, version }: { name: string; version: string },
): JsonSchema {
  const schemas = new NamedSchemas()
  const paths: Record<string, Record<string, JsonSchema>> = {}
  for (const operation of operations) {
    const path = operation.path.replaceAll(/:([A-Za-z_]+)/g, '{$1}')
    paths[path] = {
      ...paths[path],
      [operation.method.toLowerCase()]: describeOperation(operation, schemas),
    }
  }
  const tags = [...new Set(operations.map(({ path }) => tagOf(path)))]
  return {
    openapi: '3.1.0',
    info: { title: name, version, description: DESCRIPTION },
    servers: [{ url: '/' }],
    tags: tags.map((tag) => ({ name: tag })),
    paths,
    components: {
      securitySchemes: CREDENTIALS,
      responses: {
        Refusal: { description: 'Any other refusal', content: { [JSON_TYPE]: { schema: ERROR } } },
      },
      schemas: { ...schemas.describeAll(), Error: errorSchema },
    },
  }
}
