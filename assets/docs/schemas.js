// Schemas of the contract as people read them, and values to begin with.
const DEEPEST = 12
const DAY_MS = 86_400_000
const BOUNDS = [
  'minimum',
  'exclusiveMinimum',
  'maximum',
  'exclusiveMaximum',
  'multipleOf',
  'minLength',
  'maxLength',
  'pattern',
  'minItems',
  'maxItems',
]

/** The name at the end of a reference. */
export const lastOf = (reference) => reference.slice(reference.lastIndexOf('/') + 1)

const resolve = (schema, named) => (schema.$ref ? (named[lastOf(schema.$ref)] ?? {}) : schema)

/** What may be chosen from; the empty text of a form, which stands for nothing, is left out. */
const choicesOf = (schema) =>
  (schema.anyOf ?? schema.oneOf ?? schema.allOf ?? []).filter((choice) => choice.const !== '')

const indent = (lines) => lines.map((line) => `  ${line}`)

function typeOf(schema) {
  if (schema.const !== undefined) return JSON.stringify(schema.const)
  if (schema.enum) return schema.enum.map((value) => JSON.stringify(value)).join(' | ')
  const types = Array.isArray(schema.type) ? schema.type.join(' | ') : (schema.type ?? 'anything')
  return schema.format ? `${types} (${schema.format})` : types
}

function notesOf(schema) {
  const notes = BOUNDS.filter((key) => schema[key] !== undefined).map((key) => `${key} ${schema[key]}`)
  if (schema.default !== undefined) notes.push(`default ${JSON.stringify(schema.default)}`)
  return notes.length === 0 ? '' : ` — ${notes.join(', ')}`
}

function linesOfFields(schema, named, depth) {
  const fields = Object.entries(schema.properties ?? {}).flatMap(([name, field]) => {
    const [first, ...rest] = linesOf(field, named, depth + 1)
    return [`${name}${schema.required?.includes(name) ? '' : '?'}: ${first}`, ...rest]
  })
  if (typeof schema.additionalProperties !== 'object') return fields
  const [first, ...rest] = linesOf(schema.additionalProperties, named, depth + 1)
  return [...fields, `any other name: ${first}`, ...rest]
}

/** What it is in the first line, and what it consists of in those that follow. */
function linesOf(given, named, depth) {
  const schema = resolve(given, named)
  if (depth > DEEPEST) return ['…']
  const choices = choicesOf(schema)
  const isNull = ({ type }) => type === 'null'
  const others = choices.filter((choice) => !isNull(choice))
  if (others.length === 1) {
    const [first, ...rest] = linesOf(others[0], named, depth)
    const orNull = choices.some(isNull) ? 'null or ' : ''
    return [`${orNull}${first}${notesOf({ default: schema.default })}`, ...rest]
  }
  if (choices.length > 0) {
    const lines = choices.flatMap((choice) => linesOf(choice, named, depth + 1))
    return [`${schema.allOf ? 'all' : 'one'} of${notesOf(schema)}`, ...indent(lines)]
  }
  if (schema.type === 'array') {
    const [first, ...rest] = linesOf(schema.items ?? {}, named, depth + 1)
    return [`list of ${first}${notesOf(schema)}`, ...rest]
  }
  if (schema.type === 'object') return ['object', ...indent(linesOfFields(schema, named, depth))]
  return [`${typeOf(schema)}${notesOf(schema)}`]
}

/** A schema as lines of text, one for each field; `?` stands behind what may be missing. */
export const outline = (schema, named) => linesOf(schema, named, 0)

function leastOf({ minimum, exclusiveMinimum }) {
  if (exclusiveMinimum !== undefined) return Math.max(exclusiveMinimum + 1, 0)
  return Math.max(minimum ?? 0, 0)
}

/** A value of the schema to begin with: of an object what has to be there, or everything where nothing has to. */
export function sample(given, named, depth = 0) {
  const schema = resolve(given, named)
  if (depth > DEEPEST) return null
  if (schema.default !== undefined) return schema.default
  if (schema.const !== undefined) return schema.const
  if (schema.enum) return schema.enum[0]
  const [choice] = choicesOf(schema)
  if (choice !== undefined) return sample(choice, named, depth + 1)
  const type = Array.isArray(schema.type) ? schema.type[0] : schema.type
  if (type === 'array') return schema.minItems > 0 ? [sample(schema.items ?? {}, named, depth + 1)] : []
  if (type === 'number' || type === 'integer') return leastOf(schema)
  if (type === 'boolean') return false
  if (type === 'string' && schema.format === 'date-time') return new Date(Date.now() + DAY_MS).toISOString()
  if (type === 'string') return ''
  if (type !== 'object') return null
  const names = schema.required?.length > 0 ? schema.required : Object.keys(schema.properties ?? {})
  return Object.fromEntries(names.map((name) => [name, sample(schema.properties[name], named, depth + 1)]))
}
