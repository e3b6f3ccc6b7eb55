// A page to read and try the contract. What comes from it or from an answer is only ever shown as text.
import { lastOf, outline, sample } from './schemas.js'

const METHODS = ['get', 'post', 'put', 'patch', 'delete']
const JSON_TYPE = 'application/json'

const contract = { schemas: {}, responses: {} }
const formOf = (schema) => outline(schema, contract.schemas)

/** An element with attributes and children; a child that is a string is text. */
function make(name, attributes = {}, ...children) {
  const element = document.createElement(name)
  for (const [key, value] of Object.entries(attributes)) element.setAttribute(key, value)
  element.append(...children)
  return element
}

const schemaOf = (part) => part?.content?.[JSON_TYPE]?.schema

function describeResponse([status, given]) {
  const response = given.$ref ? (contract.responses[lastOf(given.$ref)] ?? {}) : given
  const title = make('summary', {}, make('code', {}, status), ` ${response.description ?? ''}`)
  const schema = schemaOf(response)
  if (schema === undefined) return make('p', {}, ...title.childNodes)
  const details = make('details', {}, title)
  details.addEventListener('toggle', () => {
    if (details.open && details.children.length === 1)
      details.append(make('pre', { tabindex: '0' }, formOf(schema).join('\n')))
  })
  return details
}

function describeSecurity(security) {
  if (security.length === 0) return 'Without a token.'
  const names = security.map((choice) => {
    const [credential] = Object.entries(choice)
    if (credential === undefined) return 'none'
    const [name, roles] = credential
    return roles.length > 0 ? `${name} (${roles.join(', ')})` : name
  })
  return `Token: ${names.join(' or ')}.`
}

/** A label with its control. */
function makeField(id, text, control, note) {
  control.id = id
  const label = make('label', { for: id }, text)
  if (note === '') return make('p', { class: 'field' }, label, control)
  control.setAttribute('aria-describedby', `${id}-note`)
  return make('p', { class: 'field' }, label, control, make('br'), make('small', { id: `${id}-note` }, note))
}

function makeInput(operationId, parameter) {
  const input = make('input', { type: 'text', autocomplete: 'off', spellcheck: 'false' })
  input.required = parameter.required
  const text = `${parameter.name} (${parameter.in}${parameter.required ? ', required' : ''})`
  const note = [parameter.description, ...formOf(parameter.schema)].filter(Boolean).join(' ')
  return {
    parameter,
    input,
    field: makeField(`${operationId}-${parameter.in}-${parameter.name}`, text, input, note),
  }
}

/** The request that the form asks for. */
function writeRequest(method, path, inputs, body) {
  const headers = {}
  const query = new URLSearchParams()
  let address = path
  for (const { parameter, input } of inputs) {
    const { name } = parameter
    if (parameter.in === 'path') address = address.replace(`{${name}}`, encodeURIComponent(input.value))
    else if (input.value === '') continue
    else if (parameter.in === 'query') query.append(name, input.value)
    else headers[name] = input.value
  }
  const token = document.getElementById('token').value.trim()
  if (token !== '') headers.Authorization = `Bearer ${token}`
  const text = body?.value.trim() ?? ''
  if (text !== '') headers['Content-Type'] = JSON_TYPE
  const search = query.size === 0 ? '' : `?${query}`
  return [
    `${address}${search}`,
    { method: method.toUpperCase(), headers, cache: 'no-store', ...(text === '' ? {} : { body: text }) },
  ]
}

const pretty = (text) => {
  try {
    return JSON.stringify(JSON.parse(text), null, 2)
  } catch {
    return text
  }
}

/** @returns what came, as lines of text */
async function send(address, request) {
  const startedMs = performance.now()
  try {
    const response = await fetch(address, request)
    const text = await response.text()
    const tookMs = Math.round(performance.now() - startedMs)
    const shown = ['x-request-id', 'content-type', 'link', 'retry-after', 'idempotent-replay']
    const headers = shown.flatMap((name) => {
      const value = response.headers.get(name)
      return value === null ? [] : [`${name}: ${value}`]
    })
    return [`${response.status} ${response.statusText} in ${tookMs} ms`, ...headers, '', pretty(text)].join(
      '\n',
    )
  } catch (error) {
    return `No answer: ${error}`
  }
}

function makeForm(method, path, operation) {
  const { operationId, parameters = [], requestBody } = operation
  const inputs = parameters.map((parameter) => makeInput(operationId, parameter))
  const form = make('form', {}, ...inputs.map(({ field }) => field))
  const schema = schemaOf(requestBody)
  let body = null
  if (schema !== undefined) {
    body = make('textarea', { spellcheck: 'false' })
    body.value = requestBody.required ? JSON.stringify(sample(schema, contract.schemas), null, 2) : ''
    form.append(makeField(`${operationId}-body`, 'Body', body, ''))
    form.append(
      make(
        'details',
        {},
        make('summary', {}, 'Its form'),
        make('pre', { tabindex: '0' }, formOf(schema).join('\n')),
      ),
    )
  }
  const button = make('button', { type: 'submit' }, 'Send')
  const answer = make('pre', { tabindex: '0', role: 'status', 'aria-label': 'Answer', hidden: '' })
  form.append(button, answer)
  form.addEventListener('submit', async (event) => {
    event.preventDefault()
    button.disabled = true
    answer.hidden = false
    answer.textContent = '…'
    answer.textContent = await send(...writeRequest(method, path, inputs, body))
    button.disabled = false
    button.focus()
  })
  return form
}

function describeOperation({ method, path, operation }) {
  const title = make(
    'summary',
    {},
    make('span', { class: 'method' }, method.toUpperCase()),
    make('code', {}, path),
    ` ${operation.summary}`,
  )
  const details = make('details', { id: operation.operationId }, title)
  details.addEventListener('toggle', () => {
    if (!details.open || details.children.length > 1) return
    details.append(
      make('p', {}, describeSecurity(operation.security)),
      makeForm(method, path, operation),
      make('h3', {}, 'Answers'),
      ...Object.entries(operation.responses).map(describeResponse),
    )
  })
  return details
}

function showOperations(document_, main) {
  const operations = Object.entries(document_.paths).flatMap(([path, methods]) =>
    METHODS.filter((method) => methods[method]).map((method) => ({
      method,
      path,
      operation: methods[method],
    })),
  )
  const sections = document_.tags.map(({ name }) => {
    const shown = operations.filter(({ operation }) => operation.tags.includes(name))
    const rows = shown.map((row) => ({ ...row, element: describeOperation(row) }))
    const section = make(
      'section',
      { 'aria-labelledby': `tag-${name}` },
      make('h2', { id: `tag-${name}` }, name),
    )
    section.append(...rows.map(({ element }) => element))
    return { section, rows }
  })
  main.replaceChildren(...sections.map(({ section }) => section))
  const filter = document.getElementById('filter')
  filter.addEventListener('input', () => {
    const wanted = filter.value.trim().toLowerCase()
    for (const { section, rows } of sections) {
      for (const { method, path, operation, element } of rows) {
        element.hidden = !`${method} ${path} ${operation.summary}`.toLowerCase().includes(wanted)
      }
      section.hidden = rows.every(({ element }) => element.hidden)
    }
  })
}

async function start() {
  try {
    const response = await fetch('/openapi.json')
    if (!response.ok) throw new Error(`HTTP ${response.status}`)
    const read = await response.json()
    contract.schemas = read.components.schemas
    contract.responses = read.components.responses
    const title = `${read.info.title} ${read.info.version}`
    document.title = title
    document.getElementById('title').textContent = title
    document.getElementById('about').textContent = read.info.description
    showOperations(read, document.getElementById('operations'))
  } catch (error) {
    document.getElementById('state').textContent = `The contract could not be read: ${error}`
  }
}

await start()
