export type Plain = string | number | boolean | null

/** The columns of a row of MySQL that are not what they should be, in words; instants as epoch milliseconds. */
export function compareRows<Row extends object>(
  what: string,
  expected: Partial<Record<keyof Row, Plain>>,
  row: Row,
): string[] {
  return Object.entries(expected).flatMap(([column, value]) => {
    const found: unknown = Reflect.get(row, column)
    const plain = found instanceof Date ? found.getTime() : found
    return plain === value ? [] : [`${what} has ${column} ${plain} in MySQL, expected is ${value}`]
  })
}
