/** Asks until there is an answer. @throws Error after 20 s */
export async function until<Found>(what: string, find: () => Promise<Found | undefined>): Promise<Found> {
  const deadline = performance.now() + 20_000
  for (;;) {
    const found = await find()
    if (found !== undefined) return found
    if (performance.now() > deadline) throw new Error(`Waited 20 s for ${what}`)
    await new Promise((resolve) => setTimeout(resolve, 200))
  }
}
