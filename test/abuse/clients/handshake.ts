import { randomBytes } from 'node:crypto'

export const HEAD_END = '\r\n\r\n'

export interface Handshake {
  port: number
  path: string
  protocols?: readonly string[]
  headers?: Readonly<Record<string, string>>
}

/** What a client writes first, to be let in as a WebSocket. */
export function describeHandshake({ port, path, protocols = [], headers = {} }: Handshake): string {
  const lines = [
    `GET ${path} HTTP/1.1`,
    `Host: 127.0.0.1:${port}`,
    'Connection: Upgrade',
    'Upgrade: websocket',
    'Sec-WebSocket-Version: 13',
    `Sec-WebSocket-Key: ${randomBytes(16).toString('base64')}`,
    ...(protocols.length === 0 ? [] : [`Sec-WebSocket-Protocol: ${protocols.join(', ')}`]),
    ...Object.entries(headers).map(([name, value]) => `${name}: ${value}`),
  ]
  return `${lines.join('\r\n')}${HEAD_END}`
}
