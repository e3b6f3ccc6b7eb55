/** What is sent in place of a parameter. No text here is one that the server could answer by itself. */

/** Executed, it would join to a word that stands nowhere in what was sent (`evidence/witness.ts` looks for it). */
const MARK = "CONCAT('Qx7','pWn')"
const DELAY_S = 4
/** An answer after so long was put to sleep by its payload. */
export const DELAYED_MS = DELAY_S * 1_000 - 200

export const SQL_PAYLOADS: readonly string[] = [
  "'",
  '"',
  '\\',
  "\\'",
  "' OR '1'='1",
  "' OR 1=1-- ",
  '" OR ""="',
  '1 OR 1=1',
  "1' OR '1'='1' /*",
  `' UNION SELECT ${MARK}-- `,
  `' UNION SELECT ${Array(12).fill(MARK).join(',')}-- `,
  `0 UNION ALL SELECT ${MARK}#`,
  `'||(SELECT ${MARK})||'`,
  `1 AND SLEEP(${DELAY_S})`,
  `' AND SLEEP(${DELAY_S}) AND '1'='1`,
  `'; SELECT SLEEP(${DELAY_S}); -- `,
  "'; DROP TABLE users; -- ",
  "'); DELETE FROM bids; -- ",
  // Statements have question marks in place of parameters, and the client puts parameters into the text.
  '?',
  '??',
  ':1 :name $1 @@version',
  "\\' OR 1=1-- ",
  '\u00bf\u0027 OR 1=1-- ',
  '＇ OR １=１',
  '%',
  '_%',
  "%' ESCAPE '!",
  '\u0000',
  "x\u0000' OR 1=1",
  '\u001a\u0008\n\r\t',
  '+(a* >"b" @4 ~-<',
  '*',
  '@@@@',
]

export const HEADER_PAYLOADS: readonly string[] = [
  'a\r\nX-Injected: 1',
  'a\nX-Injected: 1',
  'a\r\n\r\n<html>',
  'a\u0085X-Injected: 1',
  'a\u560d\u560aX-Injected: 1',
  '%0d%0aX-Injected: 1',
  '>; rel="next", <https://evil.example',
]

export const OTHER_PAYLOADS: readonly string[] = [
  '../../../etc/passwd',
  '..%2f..%2f',
  '%00',
  '%',
  '%zz',
  // biome-ignore lint/suspicious/noTemplateCurlyInString: it is what is sent
  '${7*7}{{7*7}}<%= 7*7 %>',
  '<script>alert(1)</script>',
  '__proto__',
  'constructor',
  'toString',
  'NaN',
  'null',
  'true',
  '-1',
  '0',
  '1e3',
  '0x10',
  '1.0',
  ' 1',
  '１',
  '9007199254740993',
  '99999999999999999999999999',
  '-9223372036854775809',
  '1e308',
  'Infinity',
  '\u202e\u200b\ufeff',
  '👩‍👩‍👧‍👦'.repeat(8),
  '\ud800',
  'é'.normalize('NFD').repeat(30),
  'x'.repeat(300),
]

/** Not as JSON's text, but as its other kinds. */
export const JSON_PAYLOADS: readonly unknown[] = [
  null,
  true,
  -1,
  0.1,
  2 ** 53,
  1e308,
  [],
  {},
  [[[]]],
  { $gt: '' },
  { toString: null },
  ['1', "' OR 1=1-- "],
  { raw: "' OR 1=1-- " },
]

const CURSOR_SORTS = [
  ...['newest', 'price_asc', 'price_desc', 'year_desc', 'mileage_asc', 'ending_soonest', 'bids_desc'],
  ...['id', 'history', ''],
]
const CURSOR_KEYS: readonly unknown[] = [
  "' OR 1=1-- ",
  `' AND SLEEP(${DELAY_S})-- `,
  '',
  'abc',
  '9999-99-99',
  '+275760-09-13T00:00:00.000Z',
  1e308,
  -1,
  0.5,
  8.64e15,
  8.64e15 + 1,
  2 ** 53,
  null,
]

/** Cursors of the right form with keys of the wrong one, as whoever reads one can make them. */
export const CURSOR_PAYLOADS: readonly string[] = CURSOR_SORTS.flatMap((sort) =>
  CURSOR_KEYS.map((key) => Buffer.from(JSON.stringify({ sort, key, id: 1 })).toString('base64url')),
)

export const TIME_PAYLOADS: readonly string[] = [
  '0000-01-01T00:00:00Z',
  '0001-01-01T00:00:00+14:00',
  '9999-12-31T23:59:59Z',
  '9999-12-31T23:59:59-23:59',
  '2026-02-29T00:00:00Z',
  `2026-01-01T00:00:00.${'9'.repeat(200)}Z`,
  '2026-01-01T24:00:00Z',
  '1969-12-31T23:59:59.999Z',
]
