import type { OutgoingHttpHeaders } from 'node:http'
import type { Random } from '../../crash/random.ts'
import { knownTo } from '../generate/known.ts'
import { describeInput, type Path, pathsOf, replaceAt } from '../generate/leaves.ts'
import {
  CURSOR_PAYLOADS,
  HEADER_PAYLOADS,
  JSON_PAYLOADS,
  OTHER_PAYLOADS,
  SQL_PAYLOADS,
  TIME_PAYLOADS,
} from '../generate/payloads.ts'
import { sample } from '../generate/sample.ts'
import type { Route } from '../routes/routes.ts'
import { parametersOf, type Target, type Targets } from '../routes/targets.ts'

/** One payload in one place of one route. */
export interface Injection {
  route: Route
  where: 'path' | 'query' | 'body' | 'header'
  parameter: string
  payload: unknown
  /** The request may be sent again by somebody else, who is within their limits. */
  aim: () => { target: Target; text: string | null; headers: OutgoingHttpHeaders }
}

const SQL_IN_EACH = 5
const HEADER_IN_EACH = 1
const OTHERS_IN_EACH = 3
const CURSORS_IN_EACH = 40
const HEADERS = [
  'Idempotency-Key',
  'X-Request-ID',
  'Origin',
  'Cookie',
  'Content-Type',
  'Accept',
  'If-None-Match',
]
const IN_EACH_HEADER = 2
/** What an HTTP client lets through in a header. */
const SENDABLE = /^[\t\x20-\x7e\x80-\xff]*$/

/** Every parameter of a route in turn, with payloads drawn for it; a lone quote is always among them. */
export function* injectInto(route: Route, targets: Targets, random: Random): Generator<Injection> {
  yield* intoPath(route, targets, random)
  yield* intoQuery(route, targets, random)
  yield* intoBody(route, targets, random)
  yield* intoHeaders(route, targets, random)
}

function draw(random: Random): string[] {
  return [
    "'",
    ...random.shuffle(SQL_PAYLOADS).slice(0, SQL_IN_EACH),
    ...random.shuffle(HEADER_PAYLOADS).slice(0, HEADER_IN_EACH),
    ...random.shuffle(OTHER_PAYLOADS).slice(0, OTHERS_IN_EACH),
  ]
}

function* intoPath(route: Route, targets: Targets, random: Random): Generator<Injection> {
  for (const parameter of parametersOf(route)) {
    for (const payload of [...draw(random), ...draw(random)]) {
      const aim = () => ({
        target: targets.aim(route, { [parameter]: encodeOnce(payload) }),
        text: null,
        headers: {},
      })
      yield { route, where: 'path', parameter, payload, aim }
    }
  }
}

function* intoQuery(route: Route, targets: Targets, random: Random): Generator<Injection> {
  const names = route.query === null ? [] : Object.keys(describeInput(route.query).properties ?? {})
  for (const parameter of [...names, "not[a]'parameter"]) {
    if (route.method !== 'GET') continue
    const cursors = parameter === 'cursor' ? random.shuffle(CURSOR_PAYLOADS).slice(0, CURSORS_IN_EACH) : []
    const times = parameter === 'ending_before' ? TIME_PAYLOADS : []
    for (const payload of [...draw(random), ...cursors, ...times]) {
      const aim = () => {
        const target = targets.aim(route)
        // Twice, now and then: what is taken for a text may then be a list.
        const once = `${encodeURIComponent(parameter)}=${encodeOnce(payload)}`
        const query = random.chance(0.1) ? `${once}&${once}` : once
        return { target: { ...target, path: `${target.path}?${query}` }, text: null, headers: {} }
      }
      yield { route, where: 'query', parameter, payload, aim }
    }
  }
}

function* intoBody(route: Route, targets: Targets, random: Random): Generator<Injection> {
  if (route.body === null) return
  const form = describeInput(route.body)
  const into = (parameter: Path, payload: unknown): Injection => ({
    route,
    where: 'body',
    parameter: parameter.join('.'),
    payload,
    aim: () => {
      const target = targets.aim(route)
      const body = sample(form, random, knownTo(target.as ?? target.member.person, random))
      return { target, text: JSON.stringify(replaceAt(body, parameter, payload)), headers: {} }
    },
  })
  for (const path of pathsOf(form)) {
    const isTime = String(path.at(-1)).endsWith('_at')
    const payloads = [...draw(random), ...random.shuffle(JSON_PAYLOADS).slice(0, OTHERS_IN_EACH)]
    for (const payload of [...payloads, ...(isTime ? TIME_PAYLOADS : [])]) yield into(path, payload)
  }
  for (const name of ['__proto__', 'constructor', "'; DROP TABLE users; -- "])
    yield into([name], { admin: true })
}

function* intoHeaders(route: Route, targets: Targets, random: Random): Generator<Injection> {
  const payloads = [...SQL_PAYLOADS, ...HEADER_PAYLOADS, ...OTHER_PAYLOADS].filter((text) =>
    SENDABLE.test(text),
  )
  const form = route.body === null ? null : describeInput(route.body)
  for (const name of HEADERS) {
    for (const payload of random.shuffle(payloads).slice(0, IN_EACH_HEADER)) {
      const aim = () => {
        const target = targets.aim(route)
        const known = knownTo(target.as ?? target.member.person, random)
        const text = form === null ? null : JSON.stringify(sample(form, random, known))
        return { target, text, headers: { [name]: name === 'Cookie' ? `__session=${payload}` : payload } }
      }
      yield { route, where: 'header', parameter: name, payload, aim }
    }
  }
}

/** As a part of an address; what is written in percents already goes as it is. */
const encodeOnce = (payload: string): string =>
  /^(?:%[0-9a-z]{0,2}|[.])+$/i.test(payload) ? payload : encodeURIComponent(payload.toWellFormed())
