import * as z from 'zod'

const REASON_MAX_CHARS = 500

/** Why somebody decides over another's thing: shown to them, or kept. */
export const reason = z.string().trim().min(1).max(REASON_MAX_CHARS)
export const reasonBody = z.object({ reason })
