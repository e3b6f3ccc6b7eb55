/**
 * What tests in workerd (test/api, test/room) are built from. Each file has a migrated database and an empty Redis of
 * its own, in `env` from the start; `RATE_LIMITS` is off, `AUCTION_MIN_SECONDS` 5, the administrator `admin_1`. A test
 * that needs other variables changes `env` and puts it back.
 *
 * - `api(method, path, {body?, as?, token?, headers?})` → `ApiResponse`: `status`, `headers`, `text`, `body`,
 *   `at('auction.current_bid')`, `int('vehicle_id')`, `as(schema)` (wire types), `expect(201)` (itself, or throws).
 * - `signIn(clerkUserId?, {email?, first_name?, last_name?}?)`, `signInAdmin()` → `Person` (`access_token`,
 *   `refresh_token`, `user`), for `as`; `signClerkToken(clerkUserId, {nowMs?, claims?}?)` for the token alone.
 * - `makeVin()`, `makeSilentVin()`, `createDraftVehicle(seller, fields?)`, `createActiveVehicle(seller, fields?)`,
 *   `createVehicleIn(status, seller)` → vehicle id;
 *   `createAuction(seller, {vehicle_id?, …fields}?)` → the auction as on the wire.
 * - `openSocket(auctionId, {as?, ticket?, protocols?, headers?})` → `LiveSocket`: `next(type)`, `event(kind, fits?)`,
 *   `bid(offer, id?)`, `buyNow(id?)`, `verdict(id)`, `send(frame)`, `ping()`, `close()`, `closed`, `frames`, `texts`,
 *   `events`, `protocol`; throws `UpgradeRefused` with the `response`. `takeTicket(auctionId, person)`.
 * - `openStream({as?, ticket?, protocols?, headers?})` → `StreamSocket` of that person's own stream: `next(type)`, `send`,
 *   `ping()`, `close()`, `closed`, `frames`. `takeStreamTicket(person)`. `makeNotice(userId, fields?)`,
 *   `storeNotices(…notices)`: notifications as services store them, announced to nobody.
 * - `query(sql, args?)`, `select(schema, sql, args?)`: this file's database. `setFault(fault)`, `clearFault()`,
 *   `withFault(fault, work)`: faults on the way to it (modes: local/planetscale/control-schema.ts).
 *   `countReads(work)` → `{calls, handlerReads, statements: [{sql, handlerReads, durationMs}]}`.
 * - `hangingUrl()`: an address that never answers. `waitFor(condition, {timeoutMs?, what?}?)`.
 */
export { type ApiOptions, ApiResponse, api, ORIGIN } from './api.ts'
export { type Counts, type Fault, hangingUrl } from './control.ts'
export {
  clearFault,
  countReads,
  databaseName,
  databaseUrl,
  query,
  select,
  setFault,
  withFault,
} from './database.ts'
export {
  type Auction,
  createActiveVehicle,
  createAuction,
  createDraftVehicle,
  createVehicleIn,
  makeSilentVin,
  makeVin,
} from './market.ts'
export { makeNotice, storeNotices } from './notices.ts'
export { ADMIN_CLERK_ID, type Person, signClerkToken, signIn, signInAdmin } from './people.ts'
export {
  type Frame,
  type FrameOf,
  type LiveEvent,
  LiveSocket,
  openSocket,
  type SocketOptions,
  takeTicket,
  UpgradeRefused,
  type Verdict,
} from './socket.ts'
export { openStream, type StreamOptions, StreamSocket, takeStreamTicket } from './stream-socket.ts'
export { waitFor } from './wait-for.ts'
