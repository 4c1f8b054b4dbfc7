/** The part of pino that code outside the entry points uses: facts in fields, a constant message. */
export interface Log {
  trace(fields: object, message: string): void;
  debug(fields: object, message: string): void;
  info(fields: object, message: string): void;
  warn(fields: object, message: string): void;
  error(fields: object, message: string): void;
  child(fields: object): Log;
}

/** Says nothing; for tests and tools. */
export const silentLog: Log = { trace() {}, debug() {}, info() {}, warn() {}, error() {}, child: () => silentLog };
