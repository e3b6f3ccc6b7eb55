import { execFileSync } from 'node:child_process'
import { mkdtempSync, rmSync, statSync } from 'node:fs'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { verifyToken } from '@clerk/backend'
import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { createSessionToken, keepSecrets } from '../../local/clerk.ts'
import { LOCAL_AUTHORIZED_PARTY, signSessionToken } from '../../local/session-token.ts'

const HOUR_MS = 3_600_000
let dir: string

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'token-'))
})
afterEach(() => rmSync(dir, { recursive: true, force: true }))

const verify = (token: string) =>
  verifyToken(token, { jwtKey: keepSecrets(dir).clerkPublicKey, authorizedParties: [LOCAL_AUTHORIZED_PARTY] })

const sign = (nowMs: number, claims = {}) =>
  signSessionToken({ privateKeyPem: keepSecrets(dir).clerkPrivateKey, clerkUserId: 'user_1', nowMs, claims })

describe('session tokens', () => {
  test("pass Clerk's own verification for an hour", async () => {
    expect(await verify(await createSessionToken('user_1', dir))).toMatchObject({
      sub: 'user_1',
      sts: 'active',
    })
    const { exp, iat } = await verify(await sign(Date.now()))
    expect(exp - iat).toBe(HOUR_MS / 1000)
  })

  test('expire, and name the party that they are for', async () => {
    await expect(verify(await sign(Date.now() - HOUR_MS - 60_000))).rejects.toThrow(/expired/i)
    await expect(verify(await sign(Date.now(), { azp: 'https://elsewhere.example' }))).rejects.toThrow(/azp/)
  })

  test('of another key pair are refused', async () => {
    const other = mkdtempSync(join(tmpdir(), 'token-other-'))
    try {
      await expect(verify(await createSessionToken('user_1', other))).rejects.toThrow(/signature/i)
    } finally {
      rmSync(other, { recursive: true })
    }
  })

  test('come from secrets that are made once and that only their owner can read', () => {
    expect(keepSecrets(dir)).toEqual(keepSecrets(dir))
    expect(statSync(join(dir, 'secrets.json')).mode & 0o777).toBe(0o600)
  })

  test('are all that the command prints', () => {
    const run = (...args: string[]) =>
      execFileSync(process.execPath, [join(process.cwd(), 'local/token.ts'), ...args], {
        cwd: dir,
        encoding: 'utf8',
        stdio: 'pipe',
      })
    expect(run('user_7')).toMatch(/^[\w-]+\.[\w-]+\.[\w-]+\n$/)
    expect(() => run('not an id')).toThrow(/Usage/)
    expect(() => run()).toThrow(/Usage/)
  })
})
