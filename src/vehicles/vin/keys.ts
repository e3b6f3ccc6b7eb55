// vPIC's pattern keys. They stand over positions 4–8, a bar, and positions 10–17 of a VIN, from the left: what a key
// does not reach is free. `*` is any character, `#` a digit, `[A-HJ]` one of a set, anything else itself.

const ALPHABET = '0123456789ABCDEFGHJKLMNPRSTUVWXYZ'
const ANY = ALPHABET.length
const DIGIT = /[0-9]/

/** What keys stand over. `vin` has 17 characters. */
export const keyText = (vin: string): string => `${vin.slice(3, 8)}|${vin.slice(9)}`

/** The position in the VIN, from 1, of a place in the text that keys stand over; 0 for the bar. */
export const positionOf = (place: number): number => (place < 5 ? place + 4 : place === 5 ? 0 : place + 4)

/** The characters of a set such as `A-HJ`, in the order of the alphabet of VINs. */
export function readSet(text: string): string {
  const found = new Set<string>()
  for (let i = 0; i < text.length; i++) {
    const first = text.charAt(i)
    const end = text.charAt(i + 2)
    const isRange = text[i + 1] === '-' && end !== '' && DIGIT.test(first) === DIGIT.test(end)
    const last = isRange ? end : first
    if (isRange) i += 2
    for (const character of ALPHABET) if (character >= first && character <= last) found.add(character)
  }
  return [...ALPHABET].filter((character) => found.has(character)).join('')
}

const sets = new Map<string, string>()

/** Sets come in a few thousand forms, of which a shard has some dozens: each is read once. */
function setOf(text: string): string {
  const known = sets.get(text)
  if (known !== undefined) return known
  const read = readSet(text)
  sets.set(text, read)
  return read
}

/** What a key allows at each of its places: characters, or null for any. */
export function readKey(key: string): (string | null)[] {
  const places: (string | null)[] = []
  for (let i = 0; i < key.length; i++) {
    const character = key.charAt(i)
    if (character === '[') {
      const end = key.indexOf(']', i)
      if (end < 0) return [...places, '']
      places.push(setOf(key.slice(i + 1, end)))
      i = end
    } else {
      places.push(character === '*' ? null : character === '#' ? '0123456789' : character)
    }
  }
  return places
}

/** A place that a key says something about counts more than everything that it can rule out there. */
export const PLACE = 1024

/**
 * How much a key says about the VIN that it fits: the places that it says something about, times `PLACE`, and the
 * characters that it rules out there; −1 where it does not fit. An unknown character of the VIN (`*`) fits only where
 * the key takes any, with `mayFit` wherever it could.
 */
export function fitKey(key: string, text: string, mayFit = false): number {
  let said = 0
  let place = 0
  for (let i = 0; i < key.length; i++, place++) {
    const wanted = key.charAt(i)
    const given = text.charAt(place)
    if (given === '') return -1
    if (wanted === '*') continue
    if (wanted === '[') {
      const end = key.indexOf(']', i)
      if (end < 0) return -1
      const set = setOf(key.slice(i + 1, end))
      if (!set.includes(given) && !(mayFit && given === '*' && set !== '')) return -1
      said += PLACE + ANY - set.length
      i = end
    } else if (wanted === '#') {
      if (!DIGIT.test(given) && !(mayFit && given === '*')) return -1
      said += PLACE + ANY - 10
    } else if (wanted !== given && !(mayFit && given === '*' && wanted !== '|')) {
      return -1
    } else if (wanted !== '|') {
      said += PLACE + ANY - 1
    }
  }
  return said
}

/** The digits that stand where the key has its `#`. */
export function digitsAt(key: string, text: string): string {
  const places = key.replaceAll(/\[[^\]]*\]/g, '*')
  return text.slice(places.indexOf('#'), places.lastIndexOf('#') + 1)
}
