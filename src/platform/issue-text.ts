import type * as z from 'zod'

const NOUNS: Partial<Record<string, string>> = {
  string: 'text',
  number: 'a number',
  int: 'a whole number',
  boolean: 'true or false',
  array: 'a list',
  object: 'an object',
}
const FORMATS: Partial<Record<string, string>> = {
  datetime: 'Must be a time with its zone, as 2026-11-22T21:00:00Z',
  email: 'Must be an email address',
}
const COUNTED: Partial<Record<string, string>> = { string: 'characters', array: 'entries' }

type Issue = z.core.$ZodIssue

/** Forms send `""` for what is not set; that it would do as well helps nobody. */
const isBlank = (issue: Issue): boolean =>
  issue.code === 'invalid_value' && issue.values.length === 1 && issue.values[0] === ''

function describeBound(word: 'least' | 'most', bound: number | bigint, origin: string): string {
  const counted = COUNTED[origin]
  if (counted === undefined) return `Must be at ${word} ${bound}`
  return word === 'least' && bound === 1 ? 'Must not be empty' : `Must have at ${word} ${bound} ${counted}`
}

function describeUnion(options: readonly (readonly Issue[])[]): string | undefined {
  const texts = options.flatMap(([issue]) => (issue && !isBlank(issue) ? issue.message : []))
  if (texts.length === 0) return undefined
  return texts
    .map((text, at) => (at === 0 ? text : text.charAt(0).toLowerCase() + text.slice(1)))
    .join(' or ')
}

/**
 * What is wrong with one field, in words for whoever filled in the form. Undefined where zod's own will do; a message
 * that a schema has of its own comes before this.
 */
export const describeIssue: z.core.$ZodErrorMap = (issue) => {
  switch (issue.code) {
    case 'invalid_type': {
      const noun = NOUNS[issue.expected]
      if (issue.input === undefined) return 'Is missing'
      return noun && `Must be ${noun}`
    }
    case 'invalid_value':
      if (issue.input === undefined) return 'Is missing'
      return `Must be ${issue.values.length === 1 ? '' : 'one of '}${issue.values.map(String).join(', ')}`
    case 'too_small':
      return issue.inclusive === false
        ? `Must be above ${issue.minimum}`
        : describeBound('least', issue.minimum, issue.origin)
    case 'too_big':
      return describeBound('most', issue.maximum, issue.origin)
    case 'invalid_format':
      return FORMATS[issue.format]
    case 'invalid_union':
      return describeUnion(issue.errors)
    default:
      return undefined
  }
}
