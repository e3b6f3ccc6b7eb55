const ERROR_TEXT_MAX_CHARS = 300

/** Name and message of what went wrong at the root. Statements and their parameters are cut off: they hold people's data. */
export function describeError(error: unknown): { error_name: string; error_message: string } {
  let root = error
  while (root instanceof Error && root.cause instanceof Error) root = root.cause
  if (!(root instanceof Error)) return { error_name: typeof root, error_message: '' }
  const text = root.message.split(/\b(?:Sql|Failed query):/i)[0] ?? ''
  return { error_name: root.name, error_message: text.slice(0, ERROR_TEXT_MAX_CHARS) }
}
