import { exports } from 'cloudflare:workers'
import { z } from 'zod'

/** Where the Worker under test answers; no request leaves the isolate. */
export const ORIGIN = 'http://localhost:5001'

/** What is undefined is as if it were not there. */
export interface ApiOptions {
  /** Sent as JSON; a string goes as it is. */
  body?: unknown
  /** Whose access token goes along. */
  as?: { access_token: string } | undefined
  token?: string | undefined
  headers?: Record<string, string> | undefined
}

/** The answer to a request, read to its end. */
export class ApiResponse {
  readonly status: number
  readonly headers: Headers
  readonly text: string
  /** The JSON of the body, or undefined where it has none. */
  readonly body: unknown

  constructor(status: number, headers: Headers, text: string) {
    this.status = status
    this.headers = headers
    this.text = text
    const isJson = headers.get('content-type')?.includes('json') && text !== ''
    this.body = isJson ? JSON.parse(text) : undefined
  }

  /** The value at a path as `auction.vehicle.id` or `vehicles.0.vin`; undefined where there is none. */
  at(path: string): unknown {
    return valueAt(this.body, path)
  }

  /** The whole number at a path; throws with the answer where there is none. */
  int(path: string): number {
    const parsed = z.int().safeParse(this.at(path))
    if (!parsed.success) throw new Error(`No whole number at ${path} in ${this.status} ${this.text}`)
    return parsed.data
  }

  /**
   * The body by one of the API's own schemas, as it is on the wire (dollars, ISO times); throws with the answer where
   * it is not of that shape.
   */
  as<T extends z.ZodType>(schema: T): z.input<T> {
    const decoded = z.safeParse(schema, this.body)
    if (!decoded.success) {
      throw new Error(`${this.status} ${this.text}\n${z.prettifyError(decoded.error)}`)
    }
    return z.encode(schema, decoded.data)
  }

  /** Itself, where the status is this one; else throws with the answer, so that a test's failure says why. */
  expect(status: number): this {
    if (this.status !== status) throw new Error(`Expected ${status}, got ${this.status}: ${this.text}`)
    return this
  }
}

/** Calls the Worker under test. */
export async function api(method: string, path: string, options: ApiOptions = {}): Promise<ApiResponse> {
  const { body, as: person, headers = {} } = options
  const token = options.token ?? person?.access_token
  const isText = typeof body === 'string'
  const response = await exports.default.fetch(new URL(path, ORIGIN).toString(), {
    method,
    redirect: 'manual',
    headers: {
      ...(token !== undefined && { authorization: `Bearer ${token}` }),
      ...(body !== undefined && { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(body !== undefined && { body: isText ? body : JSON.stringify(body) }),
  })
  return new ApiResponse(response.status, response.headers, await response.text())
}

function valueAt(value: unknown, path: string): unknown {
  let inner = value
  for (const name of path.split('.')) {
    if (typeof inner !== 'object' || inner === null) return undefined
    inner = Reflect.get(inner, name)
  }
  return inner
}
