import type { Random } from '../../crash/random.ts'
import { codeOf } from '../clients/http.ts'
import { sideBySide } from '../clients/side-by-side.ts'
import { type Broken, breakOnce } from '../generate/breakage.ts'
import { knownTo } from '../generate/known.ts'
import { describeInput, type Node, type Path, pathsOf } from '../generate/leaves.ts'
import { sample } from '../generate/sample.ts'
import { type Route, readRoutes } from '../routes/routes.ts'
import type { Target, Targets } from '../routes/targets.ts'
import { type AbuseCase, type Stage, targetsOf } from './case.ts'

const BODIES = 10_000
/** Beside them, bodies that their schemas take, changed in one place where they still do. */
const RIGHT_BODIES = 1_000
const AT_ONCE = 12
const TRIES_MAX = 200
const BODY_MAX_BYTES = 64 * 1024
/** Some read an optional body by hand, one only what is signed: what they say of a wrong one is their own. */
const READ_BY_HAND = ['/api/auth/refresh', '/api/auth/logout', '/api/webhooks/clerk']
/** A body that is right would change what the others are tried on. */
const FINAL_ROUTES = /\/(?:cancel|void|logout)$/

export const randomBodies: AbuseCase = {
  name: 'random-bodies',
  title: `${BODIES} bodies made from the schemas of the routes, each broken in one place`,
  limits: 'off',
  async run(stage) {
    const { checks, random } = stage
    const forms = (await readRoutes()).flatMap((route) => {
      if (route.body === null) return []
      const node = describeInput(route.body)
      return [{ route, schema: route.body, node, paths: pathsOf(node) }]
    })
    checks.that('every route that takes a body is among them', forms.length > 20, `${forms.length} routes`)
    const targets = targetsOf(stage)
    const tally = new Tally()
    const numbers = Array.from({ length: BODIES + RIGHT_BODIES }, (_, number) => number)
    const repeatable = forms.filter(({ route }) => !FINAL_ROUTES.test(route.path))
    await sideBySide(numbers, AT_ONCE, async (number) => {
      const isRight = number % ((BODIES + RIGHT_BODIES) / RIGHT_BODIES) === 0
      const from = isRight ? repeatable : forms
      const form = from[number % from.length]
      if (form === undefined) return
      await tryOne(stage, targets, form, isRight, random.stream(String(number)), tally)
    })
    checks.that(
      'the generator makes bodies that their schemas take',
      tally.unmade === 0,
      `${tally.unmade} not made`,
    )
    checks.that(
      'every one was sent and answered',
      tally.answered === numbers.length,
      `${tally.answered} of ${numbers.length}`,
    )
    checks.that(
      'some of those that are right are taken',
      tally.taken > 0,
      `${tally.taken} of ${tally.right} taken`,
    )
    checks.none('every broken body is refused as such', tally.wrong, tally.broken)
    checks.note(`${tally.byHand} more went to routes that read their bodies by hand`)
    checks.note(`answers: ${tally.statuses()}`)
  },
}

interface Form {
  route: Route
  schema: NonNullable<Route['body']>
  node: Node
  paths: readonly Path[]
}

class Tally {
  readonly wrong: string[] = []
  broken = 0
  byHand = 0
  right = 0
  taken = 0
  unmade = 0
  readonly #counts = new Map<number, number>()

  count(status: number): void {
    this.#counts.set(status, (this.#counts.get(status) ?? 0) + 1)
  }

  get answered(): number {
    return this.#counts.values().reduce((sum, count) => sum + count, 0)
  }

  statuses(): string {
    return [...this.#counts]
      .sort(([a], [b]) => a - b)
      .map(([status, count]) => `${count} × ${status}`)
      .join(', ')
  }
}

async function tryOne(
  stage: Stage,
  targets: Targets,
  form: Form,
  isRight: boolean,
  random: Random,
  tally: Tally,
): Promise<void> {
  const { http, people } = stage
  const { route } = form
  const target = targets.aim(route)
  const body = makeWhole(form, target, random)
  if (body === undefined) {
    tally.unmade += 1
    return
  }
  const made = isRight ? changeOnce(form, body, random) : breakUntilWrong(form, body, random)
  const wanted = judge(form, made)
  const asked = await targets.request(route, target, made.bytes.toString('utf8'))
  const answer = await http
    .send({ ...asked, text: made.bytes, address: people.addresses.take() })
    .catch(() => null)
  if (answer === null) return
  tally.count(answer.status)
  if (wanted === null) {
    tally.right += 1
    if (answer.status < 300) tally.taken += 1
    return
  }
  if (READ_BY_HAND.includes(route.path)) {
    tally.byHand += 1
    return
  }
  tally.broken += 1
  if (answer.status !== wanted) {
    tally.wrong.push(
      `${route.method} ${route.path}, ${made.how}: ${answer.status} ${codeOf(answer)}, not ${wanted}`,
    )
  }
}

/** In one place, and so that there is something wrong with it: not every change breaks what is optional or free. */
function breakUntilWrong(form: Form, body: unknown, random: Random): Broken {
  for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
    const made = breakOnce(body, form.paths, random)
    if (judge(form, made) !== null) return made
  }
  throw new Error(`Nothing breaks a body of ${form.route.method} ${form.route.path}`)
}

/** As it is, where the change that was drawn would break it. */
function changeOnce(form: Form, body: unknown, random: Random): Broken {
  const made = breakOnce(body, form.paths, random)
  return judge(form, made) === null ? made : { how: 'whole', bytes: Buffer.from(JSON.stringify(body)) }
}

/** A body that its schema takes; bounds that depend on each other are met by trying again. */
function makeWhole({ node, schema }: Form, { as, member }: Target, random: Random): unknown {
  const known = knownTo(as ?? member.person, random)
  for (let attempt = 0; attempt < TRIES_MAX; attempt++) {
    const body = sample(node, random, known)
    if (schema.safeParse(body).success) return body
  }
  return undefined
}

/** With what status a body is to be refused; null where there is nothing wrong with it. */
function judge({ schema }: Form, { bytes }: Broken): number | null {
  if (bytes.length > BODY_MAX_BYTES) return 413
  try {
    // As the platform reads it: without a mark of its byte order, and with what is no UTF-8 replaced.
    const value: unknown = JSON.parse(new TextDecoder().decode(bytes))
    return schema.safeParse(value).success ? null : 400
  } catch {
    return 400
  }
}
