import { zValidator } from '@hono/zod-validator'
import type { MiddlewareHandler, ValidationTargets } from 'hono'
import { HTTPException } from 'hono/http-exception'
import type { z } from 'zod'
import { AppError, ERROR_MESSAGES, type ErrorDetail } from './errors.ts'
import { describeIssue } from './issue-text.ts'

/**
 * Parses one part of the request. Placed behind `requireUser`, so that a stranger learns nothing of the form.
 * `code` is what a wrong value is called: `validation_failed`, or `amount_invalid` for every malformed bid.
 * `extra` are further fields of the refusal's body.
 */
export function validate<Target extends keyof ValidationTargets, Schema extends z.ZodType>(
  target: Target,
  schema: Schema,
  code: 'validation_failed' | 'amount_invalid' = 'validation_failed',
  extra: Record<string, unknown> = {},
) {
  const parse = zValidator(target, schema, (result) => {
    if (result.success) {
      const illFormed = findIllFormed(result.data)
      if (illFormed === null) return
      const details = [{ path: illFormed.join('.'), message: 'Must be well-formed Unicode text' }]
      throw new AppError(code, ERROR_MESSAGES[code], { details, extra })
    }
    throw new AppError(code, ERROR_MESSAGES[code], { details: describeProblems(schema, result.data), extra })
  })
  const handler: typeof parse = async (c, next) => {
    try {
      return await parse(c, next)
    } catch (error) {
      // Hono's own word for JSON that cannot be read.
      if (error instanceof HTTPException && error.status === 400)
        throw new AppError(code, error.message, { extra })
      throw error
    }
  }
  validations.set(handler, { target, schema })
  return handler
}

/**
 * Where a text lies that is no Unicode; null without one. JSON can escape half a character, which MySQL's JSON columns
 * refuse and its text columns replace.
 */
function findIllFormed(value: unknown): string[] | null {
  if (typeof value === 'string') return value.isWellFormed() ? null : []
  if (typeof value !== 'object' || value === null) return null
  for (const [key, part] of Object.entries(value)) {
    const path = findIllFormed(part)
    if (path !== null) return [key, ...path]
  }
  return null
}

/** Parses again what is known to be wrong, for the sentences. */
function describeProblems(schema: z.ZodType, value: unknown): ErrorDetail[] {
  const { error } = schema.safeParse(value, { error: describeIssue })
  return error?.issues.map(({ path, message }) => ({ path: path.join('.'), message })) ?? []
}

/** Which part of a request a route takes, and in what form. */
export interface Validation {
  target: keyof ValidationTargets
  schema: z.ZodType
}

const validations = new WeakMap<object, Validation>()

export const validationOf = (handler: object): Validation | undefined => validations.get(handler)

/** What the API's document says of a route. Responses are the very schemas that encode them. */
export interface RouteDescription {
  summary: string
  /** Of routes that read their bodies themselves, where no `validate('json', …)` says it. */
  body?: { schema: z.ZodType; isOptional?: boolean }
  responses: Record<number, z.ZodType | string>
}

const descriptions = new WeakMap<MiddlewareHandler, RouteDescription>()

/** Attaches a description to a route; it stands first among the route's handlers. */
export function describe(description: RouteDescription): MiddlewareHandler {
  const handler: MiddlewareHandler = (_c, next) => next()
  descriptions.set(handler, description)
  return handler
}

export const descriptionOf = (handler: unknown): RouteDescription | undefined =>
  typeof handler === 'function' ? descriptions.get(handler as MiddlewareHandler) : undefined
