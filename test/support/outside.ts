import { onTestFinished, vi } from 'vitest'

/**
 * Hears what the Worker sends out, for one test. Vendors of VINs are out of reach of a test: where `answerVendor` is
 * given it answers for them; all else goes its way.
 */
export function listenOutside(answerVendor?: (url: URL) => Response): URL[] {
  const asked: URL[] = []
  const real = globalThis.fetch
  const spy = vi.spyOn(globalThis, 'fetch').mockImplementation(async (input, init) => {
    const url = new URL(input instanceof Request ? input.url : input)
    asked.push(url)
    return answerVendor && isVendor(url) ? answerVendor(url) : real(input, init)
  })
  onTestFinished(() => spy.mockRestore())
  return asked
}

export const isVendor = ({ hostname }: URL): boolean => /clearvin|nhtsa/.test(hostname)

/** vPIC's answer about any VIN. */
export const vpicAnswer = (): Response =>
  Response.json({
    Results: [{ Make: 'HONDA', Model: 'Accord', ModelYear: '2003', EngineCylinders: '6', ErrorCode: '0' }],
  })
