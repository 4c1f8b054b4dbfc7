const EPOCH_MS = 1_288_834_974_657n;
const NODE = 1n;

/** A build id out of the time: ordered by time, and too large for a JavaScript number (jobs 3.8). */
export function snowflake(ms: number, sequence = 0): string {
  return String(((BigInt(Math.floor(ms)) - EPOCH_MS) << 22n) | (NODE << 12n) | (BigInt(sequence) & 0xfffn));
}
