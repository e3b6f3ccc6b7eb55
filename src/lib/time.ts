import * as z from 'zod'

export const SECOND_MS = 1_000
export const MINUTE_MS = 60 * SECOND_MS
export const HOUR_MS = 60 * MINUTE_MS
export const DAY_MS = 24 * HOUR_MS

/** ISO 8601 UTC with milliseconds on the wire, `Date` inside: of the years 0 to 9999, which is what a DATETIME holds. */
export const isoTime = z.codec(z.iso.datetime({ offset: true }), z.date(), {
  decode: (text, context) => {
    const date = new Date(text)
    // An offset may lead out of the four digits.
    if (/^\d{4}-/.test(date.toISOString())) return date
    context.issues.push({ code: 'custom', input: text, message: 'Must lie in the years 0 to 9999' })
    return z.NEVER
  },
  encode: (date) => date.toISOString(),
})
