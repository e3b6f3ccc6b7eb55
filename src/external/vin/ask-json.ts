/** Reports are some hundred kilobytes at most; of fifty at once an isolate could not hold more. */
const ANSWER_MAX_BYTES = 1024 * 1024

/** `body` is null where the answer is no JSON. */
export interface VendorResponse {
  status: number
  isOk: boolean
  body: unknown
}

/**
 * One question to a vendor. Goes nowhere else: a redirect is an answer like any other, since what is sent are secrets.
 * Rejects where the answer is too long or does not come whole in time, and then quotes none of it: it may be a token.
 */
export async function askJson(
  url: string,
  init: { method?: 'POST'; headers: Record<string, string>; body?: string; signal: AbortSignal },
): Promise<VendorResponse> {
  const response = await fetch(url, { ...init, redirect: 'manual' })
  const { status, ok } = response
  return { status, isOk: ok, body: parseJson(await readText(response)) }
}

async function readText({ body }: Response): Promise<string> {
  if (!body) return ''
  const decoder = new TextDecoder()
  let [bytes, text] = [0, '']
  // Left early, the rest is cancelled.
  for await (const chunk of body) {
    bytes += chunk.byteLength
    if (bytes > ANSWER_MAX_BYTES) throw new Error(`The answer has more than ${ANSWER_MAX_BYTES} bytes`)
    text += decoder.decode(chunk, { stream: true })
  }
  return text + decoder.decode()
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    return null
  }
}
