/** A server on this machine that speaks as a VIN vendor does, and the lookup that asks it. */
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http'
import {
  type VinCall,
  type VinLookup,
  type VinLookupOptions,
  VinLookupService,
  type VinRequest,
} from '../../src/external/vin.ts'

export const VIN = '1HGCM82633A004352'

export type Answer = (request: IncomingMessage, response: ServerResponse) => void

export const json = (body: unknown, status = 200): Answer => {
  return (_request, response) => {
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body))
  }
}

export class VendorServer {
  answer: Answer = json({})
  requests: IncomingMessage[] = []
  calls: VinCall[] = []
  /** How often kept answers were looked for. */
  keptReads = 0
  kept = new Map<string, { value: unknown; ttlSeconds: number }>()
  readonly #server: Server
  #url = ''

  constructor() {
    this.#server = createServer((request, response) => {
      this.requests.push(request)
      this.answer(request, response)
    })
  }

  async start(): Promise<this> {
    await new Promise<void>((ready) => this.#server.listen(0, '127.0.0.1', ready))
    const address = this.#server.address()
    if (address === null || typeof address === 'string') throw new Error('The server has no port')
    this.#url = `http://127.0.0.1:${address.port}`
    return this
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections()
    await new Promise((closed) => this.#server.close(closed))
  }

  /** What one request hears of `VIN`. */
  async lookUp(options: Partial<VinLookupOptions> = {}): Promise<VinLookup> {
    const found = (await this.lookUpMany([VIN], options)).get(VIN)
    if (!found) throw new Error('There is no vendor')
    return found
  }

  /** What one request hears of several; `mayAsk` as `VinRequest` has it. */
  lookUpMany(
    vins: readonly string[],
    options: Partial<VinLookupOptions> = {},
    mayAsk: VinRequest['mayAsk'] = async () => true,
  ): Promise<ReadonlyMap<string, VinLookup>> {
    // Kept in the background; the tests then find it kept.
    return this.#service(options).lookup(vins, { mayAsk, keepLater: (work) => void work })
  }

  /** vPIC is on and asked here, as ClearVIN is where a key is given. */
  #service(options: Partial<VinLookupOptions>): VinLookupService {
    const { kept } = this
    return new VinLookupService({
      vpic: true,
      vpicUrl: this.#url,
      clearvinUrl: this.#url,
      cache: {
        async get(key, schema) {
          const found = schema.safeParse(kept.get(key)?.value)
          return { away: false, value: found.success ? found.data : null }
        },
        getMany: async (keys, schema) => {
          this.keptReads++
          const found = keys.map((key) => schema.safeParse(kept.get(key)?.value))
          return { away: false, value: found.map(({ success, data }) => (success ? data : null)) }
        },
        async set(key, value, ttlSeconds) {
          kept.set(key, { value: JSON.parse(JSON.stringify(value)), ttlSeconds })
          return { away: false, value: null }
        },
      },
      onCall: (call) => this.calls.push(call),
      ...options,
    })
  }
}

/** vPIC's answer about `VIN`, as far as it is read. */
export const VPIC_ACCORD = {
  Count: 1,
  Message: 'Results returned successfully',
  SearchCriteria: `VIN:${VIN}`,
  Results: [
    {
      Make: 'HONDA',
      Model: 'Accord',
      ModelYear: '2003',
      Trim: 'EX-V6',
      BodyClass: 'Coupe',
      DriveType: '',
      TransmissionStyle: 'Automatic',
      TransmissionSpeeds: '5',
      EngineConfiguration: 'V-Shaped',
      EngineCylinders: '6',
      EngineModel: 'J30A4',
      DisplacementL: '2.998832712',
      FuelTypePrimary: 'Gasoline',
      FuelTypeSecondary: '',
      Doors: '2',
      EngineKW: '',
      EngineHP: '240',
      VehicleType: 'PASSENGER CAR',
      PlantCity: 'MARYSVILLE',
      PlantState: 'OHIO',
      PlantCountry: 'UNITED STATES (USA)',
      ErrorCode: '0',
      ErrorText: '0 - VIN decoded clean. Check Digit (9th position) is correct',
    },
  ],
}
