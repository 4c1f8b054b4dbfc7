import { pino, type Logger } from 'pino';

/** What is written of each log, by its root: children look there, so that a change reaches those that are there already. */
const thresholds = new WeakMap<object, { value: number }>();

export const LEVELS = ['trace', 'debug', 'info', 'warning', 'error', 'fatal', 'panic'] as const;
export type Level = (typeof LEVELS)[number];

const toPino = (level: Level): string => (level === 'warning' ? 'warn' : level === 'panic' ? 'fatal' : level);
const fromPino = (label: string): string => (label === 'warn' ? 'warning' : label);

export interface LogOptions {
  readonly component: string;
  readonly level: Level;
  readonly censor: (text: string) => string;
  /** Takes the finished lines; stderr by default. */
  readonly write?: (line: string) => void;
}

/** One JSON object a line on stderr with upstream's field names (config 9.4); every finished line passes `censor` first. */
export function createLog({ component, level, censor, write = (line) => { process.stderr.write(line); } }: LogOptions): Logger {
  const threshold = { value: valueOf(level) };
  const log = pino(
    {
      // Pino copies a level into each child; ours is looked at when something is written.
      level: 'trace',
      hooks: {
        logMethod(args, method, number) {
          if (number >= threshold.value) method.apply(this, args);
        },
      },
      base: { component },
      messageKey: 'msg',
      errorKey: 'error',
      timestamp: () => `,"time":"${new Date().toISOString()}"`,
      formatters: {
        level: (label) => ({ level: fromPino(label), severity: fromPino(label) }),
        // Upstream's `error` is the text alone; `err` has the stack and the cause.
        log: (fields) => (fields.err instanceof Error ? { error: fields.err.message, ...fields } : fields),
      },
      serializers: { err: pino.stdSerializers.err },
      redact: { paths: ['token', 'authorization', 'headers.authorization', '*.token', '*.authorization', '*.password', 'password'], censor: 'XXXXX' },
    },
    { write: (line: string) => { write(censor(line)); } },
  );
  thresholds.set(log, threshold);
  return log;
}

function valueOf(level: Level): number {
  return pino.levels.values[toPino(level)] ?? 0;
}

/** Changes the level of a log that `createLog` made, and of all its children. */
export function setLevel(log: Logger, level: Level): void {
  const threshold = thresholds.get(log);
  if (threshold) threshold.value = valueOf(level);
}
