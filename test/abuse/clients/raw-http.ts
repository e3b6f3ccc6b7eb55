import { connect } from 'node:net'

const TIMEOUT_MS = 3_000

/** Sends bytes to a port, and what came back until the other side ended, or said nothing more for a while. */
export function exchangeBytes(port: number, bytes: Buffer): Promise<string> {
  return new Promise((resolve) => {
    const chunks: Buffer[] = []
    const socket = connect({ host: '127.0.0.1', port })
    socket.setTimeout(TIMEOUT_MS, () => socket.destroy())
    socket.on('data', (chunk: Buffer) => {
      chunks.push(chunk)
      // Whoever keeps the connection has said what there is to say.
      socket.setTimeout(300, () => socket.destroy())
    })
    socket.on('error', () => {})
    socket.on('close', () => resolve(Buffer.concat(chunks).toString('latin1')))
    socket.write(bytes)
  })
}
