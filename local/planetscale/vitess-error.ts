/** An error in the words of Vitess, sent with HTTP 200 beside the session. */
export class VitessError extends Error {
  readonly code: Code
  constructor(code: Code, message: string) {
    super(message)
    this.name = 'VitessError'
    this.code = code
  }
}

export type Code = keyof typeof CODE_NAMES

const CODE_NAMES = {
  ABORTED: 'Aborted',
  ALREADY_EXISTS: 'AlreadyExists',
  DEADLINE_EXCEEDED: 'DeadlineExceeded',
  FAILED_PRECONDITION: 'FailedPrecondition',
  INVALID_ARGUMENT: 'InvalidArgument',
  NOT_FOUND: 'NotFound',
  PERMISSION_DENIED: 'PermissionDenied',
  RESOURCE_EXHAUSTED: 'ResourceExhausted',
  UNAVAILABLE: 'Unavailable',
  UNIMPLEMENTED: 'Unimplemented',
  UNKNOWN: 'Unknown',
} as const

/** The numbers of MySQL's errors by the code that Vitess gives them; those not named are UNKNOWN. */
const NUMBERS: [Code, number[]][] = [
  ['ALREADY_EXISTS', [1050, 1062, 1086]],
  ['ABORTED', [1078, 1080, 1184, 1213]],
  ['DEADLINE_EXCEEDED', [1205, 1317, 1969, 2013, 3024]],
  ['FAILED_PRECONDITION', [1046, 1091, 1216, 1217, 1242, 1364, 1451, 1452, 1792]],
  [
    'INVALID_ARGUMENT',
    [
      1048, 1049, 1051, 1052, 1055, 1058, 1060, 1061, 1064, 1065, 1066, 1067, 1093, 1110, 1136, 1149, 1166,
      1231, 1241, 1264, 1265, 1292, 1366, 1406, 3140,
    ],
  ],
  ['NOT_FOUND', [1029, 1032, 1054, 1094, 1109, 1141, 1146, 1147, 1176]],
  ['PERMISSION_DENIED', [1044, 1045, 1095, 1142, 1143, 1227]],
  ['RESOURCE_EXHAUSTED', [1021, 1037, 1038, 1040, 1041, 1114, 1129, 1135, 1153, 1203, 1206, 1226]],
  ['UNAVAILABLE', [1053, 2002, 2003, 2006]],
  ['UNIMPLEMENTED', [1235]],
]

const CODE_BY_NUMBER = new Map(NUMBERS.flatMap(([code, numbers]) => numbers.map((n) => [n, code] as const)))

export type SqlError = { errno: number; sqlState: string; message: string }

/** The error in the text that the driver's users see, `(errno …) (sqlstate …)` included. */
export function describeSqlError(database: string, error: SqlError): VitessError {
  const code = CODE_BY_NUMBER.get(error.errno) ?? 'UNKNOWN'
  return describeTabletError(
    database,
    code,
    `${error.message} (errno ${error.errno}) (sqlstate ${error.sqlState})`,
  )
}

/** An error of the tablet itself (a transaction that is gone, too many rows, no server). */
export function describeTabletError(database: string, code: Code, description: string): VitessError {
  return new VitessError(
    code,
    `target: ${database}.-.primary: vttablet: rpc error: code = ${CODE_NAMES[code]} desc = ${description} (CallerID: ${database})`,
  )
}

/** Whatever went wrong on the way to the server or there. */
export function describeError(database: string, error: unknown): VitessError {
  if (error instanceof VitessError) return error
  if (!(error instanceof Error)) return describeTabletError(database, 'UNKNOWN', String(error))
  if ('sqlState' in error && 'errno' in error && typeof error.errno === 'number') {
    return describeSqlError(database, {
      errno: error.errno,
      sqlState: String(error.sqlState).replace('#', ''),
      message: error.message,
    })
  }
  return describeTabletError(database, 'UNAVAILABLE', `${error.message} (errno 2006) (sqlstate HY000)`)
}
