import { sideBySide } from '../clients/side-by-side.ts'
import { forgeHmac, forgeRsa, forgeUnsigned, makeForeignKey, readPart, tamper } from '../forge.ts'
import { readRoutes } from '../routes/routes.ts'
import { takeTicket } from '../scene/scene.ts'
import { type AbuseCase, type Stage, targetsOf } from './case.ts'

const HOUR_S = 3_600
const AT_ONCE = 6
const REFRESH_TOKEN = 'that is a refresh token'
const TAKE_REFRESH_TOKENS = ['/api/auth/refresh', '/api/auth/logout']

export const tokens: AbuseCase = {
  name: 'tokens',
  title:
    'Access tokens and Clerk sessions with `alg: none`, of another key, audience, kind or time, at every route',
  limits: 'on',
  async run(stage) {
    await forgeAccess(stage)
    await forgeClerk(stage)
  },
}

type Forged = readonly (readonly [what: string, token: string])[]

async function forgeAccess(stage: Stage): Promise<void> {
  const { checks, http, people } = stage
  const routes = (await readRoutes()).filter(({ path }) => path.startsWith('/api/'))
  const targets = targetsOf(stage)
  const guarded: typeof routes = []
  for (const route of routes) {
    const { path } = targets.aim(route)
    const { status } = await http.send({ method: route.method, path, address: people.addresses.take() })
    if (status === 401) guarded.push(route)
  }
  checks.that(
    'most routes want a token',
    guarded.length > routes.length / 2,
    `${guarded.length} of ${routes.length}`,
  )
  const forged = await forgedAccessTokens(stage)
  const open = routes.filter((route) => !guarded.includes(route))
  for (const [what, token] of forged) {
    const asked = guarded.filter(
      (route) => what !== REFRESH_TOKEN || !TAKE_REFRESH_TOKENS.includes(route.path),
    )
    const wrong = await sideBySide(asked, AT_ONCE, async (route) => {
      const { path } = targets.aim(route)
      const { status } = await http.send({
        method: route.method,
        path,
        token,
        address: people.addresses.take(),
        ...(route.method === 'GET' ? {} : { body: {} }),
      })
      return status === 401 ? [] : [`${route.method} ${route.path} answered ${status}`]
    })
    checks.none(`a token ${what} is 401 at every guarded route`, wrong.flat(), asked.length)
  }
  const shown: string[] = []
  const pairs = open
    .filter(({ method }) => method === 'GET')
    .flatMap((route) => forged.map(([what, token]) => ({ route, what, token })))
  for (const { route, what, token } of pairs) {
    const { path } = targets.aim(route)
    const address = people.addresses.take()
    const { status, text } = await http.send({ method: 'GET', path, token, address })
    const isStranger = status === 401 || !/"(?:you":\{|reserve_price":\d)/.test(text)
    if (!isStranger) shown.push(`${route.path} with a token ${what}`)
  }
  checks.none('where no token is wanted, a forged one shows nothing more', shown, pairs.length)
}

async function forgedAccessTokens({ scene, stack, http }: Stage): Promise<Forged> {
  const [member] = scene.crew
  const [admin] = scene.admins
  if (member === undefined || admin === undefined) throw new Error('There is nobody')
  const { token, refreshToken } = member.person
  const { jwtSecretKey, clerkPublicKey } = stack.cloud.secrets
  const header = { ...readPart(token, 'header'), alg: 'HS256' as const }
  const claims = readPart(admin.token, 'claims')
  const now = Math.floor(Date.now() / 1000)
  const sign = (changed: object, kind: object = {}) =>
    forgeHmac({ ...header, ...kind }, { ...claims, ...changed }, jwtSecretKey)
  return [
    ['with `alg: none`', forgeUnsigned('none', header, claims)],
    ['with `alg: NONE`', forgeUnsigned('NONE', header, claims)],
    ['with `alg: none` and a signature', `${forgeUnsigned('none', header, claims)}${token.split('.')[2]}`],
    ['without an algorithm', forgeUnsigned('', header, claims)],
    ['signed with another key', forgeHmac(header, claims, 'x'.repeat(64))],
    ['signed with the empty key', forgeHmac(header, claims, '')],
    ['signed with Clerk’s public key', forgeHmac(header, claims, clerkPublicKey)],
    ['signed by RS256 with another key', forgeRsa(header, claims, makeForeignKey())],
    ['with a key named in its header', forgeHmac({ ...header, kid: '../../dev/null' }, claims, '')],
    ['of another algorithm', sign({}, { alg: 'HS512' })],
    ['for another audience', sign({ aud: 'vehicle-auctions/live' })],
    ['for no audience', sign({ aud: undefined })],
    ['of another issuer', sign({ iss: 'https://evil.example' })],
    ['of another kind', sign({}, { typ: 'JWT' })],
    ['that has expired', sign({ iat: now - HOUR_S, exp: now - 1 })],
    ['that expires now', sign({ iat: now - HOUR_S, exp: now })],
    ['that never expires', sign({ exp: undefined })],
    ['whose roles were changed', tamper(token, { roles: ['buyer', 'admin'] })],
    ['whose person was changed', tamper(token, { sub: String(scene.vault.leader.userId) })],
    ['whose person is no number', sign({ sub: "1' OR '1'='1" })],
    [REFRESH_TOKEN, refreshToken],
    ['that is a ticket', await takeTicket(http, scene.arena.auctionId, member.person)],
    ['that is none', 'null'],
    ['of eight kilobytes', `${'a'.repeat(8_000)}.${'b'.repeat(100)}.c`],
  ]
}

async function forgeClerk(stage: Stage): Promise<void> {
  const { checks, http, people, stack } = stage
  const clerkUserId = 'abuse_crew_0'
  const { clerkPublicKey, clerkPrivateKey, jwtSecretKey } = stack.cloud.secrets
  const good = await people.sessionToken(clerkUserId)
  const header = readPart(good, 'header')
  const claims = readPart(good, 'claims')
  const now = Math.floor(Date.now() / 1000)
  const changed = (replaced: Record<string, unknown>) => people.sessionToken(clerkUserId, replaced)
  const forged: Forged = [
    ['with `alg: none`', forgeUnsigned('none', header, claims)],
    ['with `alg: nOnE`', forgeUnsigned('nOnE', header, claims)],
    ['signed with another key', forgeRsa(header, claims, makeForeignKey())],
    ['signed by HS256 with the public key', forgeHmac({ ...header, alg: 'HS256' }, claims, clerkPublicKey)],
    ['signed with our own key', forgeHmac({ ...header, alg: 'HS256' }, claims, jwtSecretKey)],
    [
      'that brings its key along',
      forgeRsa({ ...header, jku: 'https://evil.example/jwks' }, claims, makeForeignKey()),
    ],
    ['of another front end', await changed({ azp: 'https://evil.example' })],
    ['of no front end', await changed({ azp: undefined })],
    ['that has expired', await changed({ iat: now - HOUR_S, nbf: now - HOUR_S, exp: now - 60 })],
    ['that is not good yet', await changed({ nbf: now + HOUR_S })],
    ['of a session that is pending', await changed({ sts: 'pending' })],
    ['without a session', await changed({ sid: undefined })],
    ['whose person was changed', tamper(good, { sub: 'abuse_admin_0' })],
    ['that is empty', ''],
    ['that is no token', 'a.b.c'],
  ]
  const wrong: string[] = []
  const sync = (token: string, id: string, email = `${id}@example.com`) =>
    http.send({
      method: 'POST',
      path: '/api/auth/clerk-sync',
      token,
      address: people.addresses.take(),
      body: { clerk_user_id: id, email, first_name: null, last_name: null },
    })
  for (const [what, token] of forged) {
    const { status } = await sync(token, what === 'whose person was changed' ? 'abuse_admin_0' : clerkUserId)
    if (status !== 401) wrong.push(`${what}: ${status}`)
  }
  checks.none('a Clerk session that is not good is 401', wrong, forged.length)
  const other = await sync(good, 'abuse_admin_0')
  checks.that('a good one of another person is 403', other.status === 403, String(other.status))
  const upper = 'ABUSE_ADMIN_0'
  const inCase = await sync(await people.sessionToken(upper), upper, 'somebody.else@example.com')
  checks.that(
    'an id that differs in case only is somebody else',
    inCase.status === 200 && !inCase.text.includes('"admin"'),
    `${inCase.status}, ${inCase.text.includes('"admin"') ? 'an administrator' : 'no administrator'}`,
  )
  const resigned = forgeRsa(header, claims, clerkPrivateKey)
  const control = await sync(resigned, clerkUserId)
  checks.that(
    '(the same, signed with the right key, signs in)',
    control.status === 200,
    String(control.status),
  )
}
