import { z } from 'zod'
import { type Answer, codeOf, type Request } from '../clients/http.ts'
import { exchangeBytes } from '../clients/raw-http.ts'
import { sideBySide } from '../clients/side-by-side.ts'
import { DELAYED_MS } from '../generate/payloads.ts'
import { type Route, readRoutes } from '../routes/routes.ts'
import { parametersOf, type Targets } from '../routes/targets.ts'
import { type AbuseCase, type Stage, targetsOf } from './case.ts'
import { type Injection, injectInto } from './injection-requests.ts'

const AT_ONCE = 8
const SENDERS_MAX = 12
const ID_PATTERN = /^[1-9]\d{0,14}$/
/** Compared as a whole: no payload is the name of anything. */
const NAMES = ['make', 'model', 'body_type', 'state']
/** What they are good for changes what the others are tried on, so they come last. */
const FINAL_ROUTES = /\/(?:cancel|void|submit|archive|logout)$/

const totalSchema = z.object({ total: z.number() })

export const injection: AbuseCase = {
  name: 'injection',
  title: 'SQL and header injection in every path, query and body parameter of every route, and in headers',
  limits: 'on',
  async run(stage) {
    const { checks, random } = stage
    const routes = (await readRoutes()).toSorted((a, b) => rankOf(a) - rankOf(b))
    const targets = targetsOf(stage)
    const findings = new Findings()
    const injections = routes.flatMap((route) => [
      ...injectInto(route, targets, random.stream(`${route.method} ${route.path}`)),
    ])
    const parameters = new Set(
      injections.map(({ route, where, parameter }) => `${route.path} ${where} ${parameter}`),
    )
    checks.note(`${routes.length} routes, ${parameters.size} places, ${injections.length} payloads`)
    const covered = routes.filter((route) =>
      parametersOf(route).every((name) => parameters.has(`${route.path} path ${name}`)),
    )
    checks.that('every route is tried', covered.length === routes.length && routes.length > 40)
    await sideBySide(injections, AT_ONCE, async (each) =>
      findings.judge(each, await inject(stage, targets, each)),
    )
    checks.none(
      'every payload was judged by what it was, within the limits',
      findings.limited,
      injections.length,
    )
    checks.none('no payload put the database to sleep', findings.delayed, injections.length)
    checks.none('an id that is none is refused', findings.taken, findings.ids)
    checks.none('a name that nothing has finds nothing', findings.matched, findings.names)
    checks.note(`answers: ${findings.statuses()}`)
    await sendBytes(stage)
    await isAllThere(stage)
  },
}

const rankOf = (route: Route): number =>
  (FINAL_ROUTES.test(route.path) ? 1 : 0) + (route.method === 'DELETE' ? 2 : 0)

class Findings {
  readonly limited: string[] = []
  readonly delayed: string[] = []
  readonly taken: string[] = []
  readonly matched: string[] = []
  ids = 0
  names = 0
  readonly #counts = new Map<number, number>()

  judge({ route, where, parameter, payload }: Injection, answer: Answer | null): void {
    const what = `${route.method} ${route.path}, ${where} ${parameter} = ${JSON.stringify(payload)?.slice(0, 80)}`
    if (answer === null) return
    this.#counts.set(answer.status, (this.#counts.get(answer.status) ?? 0) + 1)
    const said = `${what}: ${answer.status} ${answer.text.slice(0, 120)}`
    if (answer.status === 429) this.limited.push(said)
    if (answer.durationMs > DELAYED_MS)
      this.delayed.push(`${what}: after ${Math.round(answer.durationMs)} ms`)
    const isSuccess = answer.status < 300
    if (where === 'path' && parameter !== 'vin' && !ID_PATTERN.test(String(payload))) {
      this.ids += 1
      if (isSuccess) this.taken.push(said)
    }
    // Admins see what others have made of the payloads: drafts, and addresses of e-mail.
    if (where === 'query' && NAMES.includes(parameter) && !route.path.startsWith('/api/admin')) {
      this.names += 1
      const page = totalSchema.safeParse(answer.json)
      if (isSuccess && page.success && page.data.total > 0) this.matched.push(said)
    }
  }

  statuses(): string {
    return [...this.#counts]
      .sort(([a], [b]) => a - b)
      .map(([status, count]) => `${count} × ${status}`)
      .join(', ')
  }
}

/** Sends one, by somebody else as long as the senders' limits are used up; null where nobody answered. */
async function inject({ http, people }: Stage, targets: Targets, each: Injection): Promise<Answer | null> {
  let answer: Answer | null = null
  for (let attempt = 0; attempt < SENDERS_MAX && (answer === null || answer.status === 429); attempt++) {
    const { target, text, headers } = each.aim()
    const asked: Request = await targets.request(each.route, target, text)
    const address = people.addresses.take()
    answer = await http
      .send({ ...asked, address, headers: { ...asked.headers, ...headers } })
      .catch(() => null)
    if (answer === null) return null
    if (answer.durationMs > DELAYED_MS && attempt === 0) answer = null
  }
  return answer
}

/** Requests that no HTTP library would send. */
async function sendBytes({ checks, http, witness, scene }: Stage): Promise<void> {
  const path = `/api/auctions/${scene.vault.auctionId}`
  const host = `Host: 127.0.0.1:${http.port}`
  const requests: readonly (readonly [what: string, text: string])[] = [
    ['a line break in the address', `GET ${path}\r\nX-Injected: 1 HTTP/1.1\r\n${host}\r\n\r\n`],
    ['a bare line feed', `GET ${path} HTTP/1.1\n${host}\nX-Request-ID: a\n\n`],
    ['a null byte in the address', `GET ${path}\u0000 HTTP/1.1\r\n${host}\r\n\r\n`],
    ['a null byte in a header', `GET ${path} HTTP/1.1\r\n${host}\r\nX-Request-ID: a\u0000b\r\n\r\n`],
    ['no host', `GET ${path} HTTP/1.1\r\n\r\n`],
    ['a host that is none', `GET ${path} HTTP/1.1\r\nHost: a b'"<>\r\n\r\n`],
    ['two hosts', `GET ${path} HTTP/1.1\r\n${host}\r\nHost: evil.example\r\n\r\n`],
    ['another host’s address', `GET http://evil.example${path} HTTP/1.1\r\n${host}\r\n\r\n`],
    ['a folded header', `GET ${path} HTTP/1.1\r\n${host}\r\nX-Request-ID: a\r\n b\r\n\r\n`],
    [
      'a length and chunks at once',
      `POST ${path}/bids HTTP/1.1\r\n${host}\r\nContent-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\nGET /metrics HTTP/1.1\r\n${host}\r\n\r\n`,
    ],
    ['a negative length', `POST ${path}/bids HTTP/1.1\r\n${host}\r\nContent-Length: -1\r\n\r\n`],
    [
      'two lengths',
      `POST ${path}/bids HTTP/1.1\r\n${host}\r\nContent-Length: 2\r\nContent-Length: 9\r\n\r\n{}`,
    ],
    ['a header of 200 KiB', `GET ${path} HTTP/1.1\r\n${host}\r\nX-A: ${'a'.repeat(200 * 1024)}\r\n\r\n`],
    ['5 000 headers', `GET ${path} HTTP/1.1\r\n${host}\r\n${'X-A: a\r\n'.repeat(5_000)}\r\n`],
    ['an address of 200 KiB', `GET ${path}?q=${'a'.repeat(200 * 1024)} HTTP/1.1\r\n${host}\r\n\r\n`],
    ['an unknown method', `HAGGLE ${path} HTTP/1.1\r\n${host}\r\n\r\n`],
    ['HTTP/2’s beginning', 'PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n'],
    ['TLS', '\u0016\u0003\u0001\u0002\u0000\u0001\u0000\u0001\u00fc\u0003\u0003'],
  ]
  const harmed: string[] = []
  for (const [what, text] of requests) {
    const answer = await exchangeBytes(http.port, Buffer.from(text, 'latin1'))
    const status = Number(/^HTTP\/1\.1 (\d{3})/.exec(answer)?.[1] ?? 0)
    witness.see(null, `bytes: ${what}`, answer)
    // 501 is workerd's own word for a method that it does not know.
    if ((status >= 500 && status !== 501) || /\r\nX-Injected/i.test(answer))
      harmed.push(`${what}: ${answer.slice(0, 200)}`)
    const health = await http.send({ method: 'GET', path: '/health' })
    if (health.status !== 200) harmed.push(`${what}: afterwards ${health.status}`)
  }
  checks.none('bytes that are no proper request harm nobody', harmed, requests.length)
  checks.sent += requests.length
}

async function isAllThere({ checks, http, scene, people }: Stage): Promise<void> {
  const lost: string[] = []
  for (const { person } of scene.crew) {
    const answer = await http.send({
      method: 'GET',
      path: '/api/auth/me',
      as: person,
      address: people.addresses.take(),
    })
    const isThere = answer.status === 200 || codeOf(answer) === 'rate_limited'
    if (!isThere) lost.push(`${person.name}: ${answer.status}`)
  }
  const path = `/api/auctions/${scene.vault.auctionId}/bids`
  const { text } = await http.send({ method: 'GET', path, address: people.addresses.take() })
  const bids = Number(/"bid_count":(\d+)/.exec(text)?.[1] ?? 0)
  if (bids < 2) lost.push(`the vault’s bids: ${text.slice(0, 200)}`)
  checks.none('afterwards everybody is still there, and every bid', lost, scene.crew.length + 1)
}
