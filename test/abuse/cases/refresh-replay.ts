import { setTimeout as sleep } from 'node:timers/promises'
import { z } from 'zod'
import type { Answer } from '../clients/http.ts'
import { forgeUnsigned, readPart, tamper } from '../forge.ts'
import type { AbuseCase, Stage } from './case.ts'

const CLIENTS = 10
/** Within it a token that was just rotated still gets the same successor. */
const GRACE_MS = 10_000

const sessionSchema = z.object({ refresh_token: z.string() })

export const refreshReplay: AbuseCase = {
  name: 'refresh-replay',
  title:
    'A refresh token replayed from ten clients at once: before, within and after the grace of its rotation',
  limits: 'on',
  async run(stage) {
    const { checks, people } = stage
    const [waiting, replayed] = await Promise.all([
      people.signIn('replay_late'),
      people.signIn('replay_early'),
    ])
    const late = await rotate(stage, waiting.refreshToken)
    const rotatedAt = performance.now()

    const atOnce = await replay(stage, replayed.refreshToken)
    const successors = new Set(atOnce.map(successorOf))
    checks.that(
      'ten at once with the present token rotate it once: each gets the same successor',
      successors.size === 1 && atOnce.every(({ status }) => status === 200),
      `${statusesOf(atOnce)}, ${successors.size} successors`,
    )
    const [successor = ''] = successors
    const next = await rotate(stage, successor)
    checks.that('using the successor ends the grace', next !== '')
    const stolen = await replay(stage, replayed.refreshToken)
    checks.that(
      'ten at once with the one before are all 401',
      stolen.every(({ status }) => status === 401),
      statusesOf(stolen),
    )
    const afterwards = await refresh(stage, next)
    checks.that(
      '… and end the sign-in, the thief’s and the owner’s',
      afterwards.status === 401,
      `${afterwards.status}`,
    )
    checks.that(
      '… so that an earlier successor is no good either',
      (await refresh(stage, successor)).status === 401,
    )

    await sleep(Math.max(0, GRACE_MS + 500 - (performance.now() - rotatedAt)))
    const tooLate = await replay(stage, waiting.refreshToken)
    checks.that(
      'once the grace is over, ten at once with a rotated token are all 401',
      tooLate.every(({ status }) => status === 401),
      statusesOf(tooLate),
    )
    checks.that(
      '… and end the sign-in, whose successor was never used',
      (await refresh(stage, late)).status === 401,
    )
    await useForged(stage)
  },
}

async function useForged(stage: Stage): Promise<void> {
  const { checks, people } = stage
  const person = await people.signIn('replay_forged')
  const header = readPart(person.refreshToken, 'header')
  const claims = readPart(person.refreshToken, 'claims')
  const forged: readonly (readonly [what: string, token: string])[] = [
    ['with `alg: none`', forgeUnsigned('none', header, claims)],
    ['of a generation to come', tamper(person.refreshToken, { gen: 1 })],
    ['of another sign-in', tamper(person.refreshToken, { fam: crypto.randomUUID() })],
    ['that is an access token', person.token],
  ]
  const wrong: string[] = []
  for (const [what, token] of forged) {
    const { status } = await refresh(stage, token)
    if (status !== 401) wrong.push(`${what}: ${status}`)
  }
  checks.none('a forged refresh token is 401', wrong, forged.length)
  checks.that('… and ends nobody’s sign-in', (await refresh(stage, person.refreshToken)).status === 200)
}

const replay = (stage: Stage, token: string): Promise<Answer[]> =>
  Promise.all(Array.from({ length: CLIENTS }, () => refresh(stage, token)))

/** Every client is at an address of its own. */
const refresh = ({ http, people }: Stage, token: string): Promise<Answer> =>
  http.send({ method: 'POST', path: '/api/auth/refresh', token, address: people.addresses.take() })

const rotate = async (stage: Stage, token: string): Promise<string> =>
  successorOf(await refresh(stage, token))

function successorOf({ json }: Answer): string {
  const session = sessionSchema.safeParse(json)
  return session.success ? session.data.refresh_token : ''
}

function statusesOf(answers: readonly Answer[]): string {
  const counts = new Map<number, number>()
  for (const { status } of answers) counts.set(status, (counts.get(status) ?? 0) + 1)
  return [...counts].map(([status, count]) => `${count} × ${status}`).join(', ')
}
