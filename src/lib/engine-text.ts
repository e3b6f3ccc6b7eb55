/** Litres as they are written on a car: `2.354` → `2.4L`; below a litre with three decimals. Null for what is no size. */
export function litresText(text: string | null): string | null {
  const value = Number.parseFloat(text ?? '')
  if (!(value > 0 && value < 100)) return null
  return value < 0.95 ? `${Number(value.toFixed(3))}L` : `${value.toFixed(1)}L`
}

/** The letter that an engine's layout has before its cylinders, by vPIC's names. */
const LAYOUT_LETTERS: Record<string, string> = { 'In-Line': 'I', 'V-Shaped': 'V', 'W Shaped': 'W' }

/** An engine in short: `3.0L V6`. Null where nothing of it is known. */
export function engineText(engine: {
  displacement: string | null
  configuration: string | null
  cylinders: number | null
}): string | null {
  const { displacement, configuration, cylinders } = engine
  const letter = LAYOUT_LETTERS[configuration ?? '']
  const shape = cylinders === null ? null : letter ? `${letter}${cylinders}` : `${cylinders}-cylinder`
  return [displacement, shape].filter((part) => part !== null).join(' ') || null
}
