import { afterEach, beforeEach, describe, expect, test } from 'vitest'
import { type Answer, json, VendorServer, VIN, VPIC_ACCORD } from './vin-vendor.ts'

const MEBIBYTE = 1024 * 1024
const account = { email: 'desk@example.com', password: 'secret-word' }
const report = { status: 'ok', result: { vin: VIN, report: { make: 'Honda', model: 'Accord' } } }

let vendor: VendorServer
beforeEach(async () => {
  vendor = await new VendorServer().start()
})
afterEach(() => vendor.stop())

const isLogin = (url: string | undefined) => url === '/rest/vendor/login'
const errors = () => vendor.calls.map(({ error }) => String(error))

/** What each of those who are asked answers, by who it is. */
const STAGES = [
  ['vPIC', {}, () => true, VPIC_ACCORD],
  ['ClearVIN', { clearvinApiKey: 'secret-key', vpic: false }, () => true, report],
  ['a login', { clearvinAccount: account, vpic: false }, isLogin, { status: 'ok', token: 'secret-token' }],
] as const

describe.each(STAGES)('%s', (_, options, isAsked, good) => {
  const answer =
    (odd: Answer): Answer =>
    (request, response) =>
      (isAsked(request.url) ? odd : json(report))(request, response)

  test('that never stops talking is not listened to for long', async () => {
    let sent = 0
    vendor.answer = answer((_request, response) => {
      const talk = () => {
        while (response.writable && response.write(' '.repeat(65_536))) sent += 65_536
      }
      response.on('drain', talk)
      talk()
    })
    const found = await vendor.lookUp(options)
    expect(found).toMatchObject({ source: null, warnings: [expect.stringContaining('could not be asked')] })
    expect(errors()).toEqual(['Error: The answer has more than 1048576 bytes'])
    expect(sent).toBeLessThan(64 * MEBIBYTE)
  })

  test('that sends us elsewhere is not followed: what we send are secrets', async () => {
    vendor.answer = answer((request, response) => {
      if (request.url?.startsWith('/elsewhere')) return json(good)(request, response)
      response.writeHead(307, { location: `/elsewhere${request.url}` }).end()
    })
    const found = await vendor.lookUp(options)
    expect(found.source).toBeNull()
    expect(vendor.requests.map(({ url }) => url).filter((url) => url?.startsWith('/elsewhere'))).toEqual([])
    expect(errors()).toEqual([expect.stringContaining('HTTP 307')])
  })

  test('that is no JSON is quoted nowhere', async () => {
    vendor.answer = answer((_request, response) => void response.end('secret-answer'))
    const found = await vendor.lookUp(options)
    expect(JSON.stringify([found, errors()])).not.toContain('secret')
  })
})

test('a byte order mark before an answer, and a character that comes in two parts, do not matter', async () => {
  const text = JSON.stringify(VPIC_ACCORD).replace('Accord', 'Accörd')
  const bytes = Buffer.from(`\ufeff${text}`)
  const cut = bytes.indexOf('ö') + 1
  vendor.answer = (_request, response) => {
    response.write(bytes.subarray(0, cut), () => response.end(bytes.subarray(cut)))
  }
  expect((await vendor.lookUp()).answer?.fields.model).toBe('Accörd')
})

test('a token or key that a vendor repeats in a refusal is not logged', async () => {
  vendor.answer = (request, response) => {
    const { authorization } = request.headers
    if (isLogin(request.url)) return json({ status: 'ok', token: 'secret-token' })(request, response)
    json({ status: 'error', message: `${authorization} is not known` }, 403)(request, response)
  }
  await vendor.lookUp({ clearvinAccount: account, vpic: false })
  await vendor.lookUp({ clearvinApiKey: 'secret-key', vpic: false })
  expect(errors()).toEqual([
    'Error: HTTP 403: Bearer … is not known',
    'Error: HTTP 403: Bearer … is not known',
  ])
})
