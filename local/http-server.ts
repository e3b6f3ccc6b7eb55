import type { Server } from 'node:http'

export interface Listening {
  port: number
  url: string
  /** Ends every connection, and resolves once nobody is served any more. */
  close(): Promise<void>
}

/** Lets a server listen on 127.0.0.1, on any free port where `port` is 0; rejects when the port is taken. */
export async function listen(server: Server, port: number): Promise<Listening> {
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, '127.0.0.1', resolve)
  })
  const address = server.address()
  if (address === null || typeof address === 'string') throw new Error('The server has no port')
  return {
    port: address.port,
    url: `http://127.0.0.1:${address.port}`,
    async close() {
      const closed = new Promise((resolve) => server.close(resolve))
      server.closeAllConnections()
      await closed
    },
  }
}
