import type { Clock } from '../core/ports/clock.js';

const EPOCH_MS = 1_288_834_974_657n;


/** A build id out of the time: ordered by time, and too large for a JavaScript number (jobs 3.8). */
export function snowflake(ms: number, sequence = 0, node = 1): string {
  return String(((BigInt(Math.floor(ms)) - EPOCH_MS) << 22n) | ((BigInt(node) & 0x3ffn) << 12n) | (BigInt(sequence) & 0xfffn));
}

/** Build ids that no other process gives: each has a node number of its own, by chance, and starts at a place of its own (flaw 14). */
export function createBuildIds({ clock, random }: Readonly<{ clock: Clock; random: () => number }>): () => string {
  const node = Math.floor(random() * 1_024);
  let sequence = Math.floor(random() * 4_096);
  let last = 0;
  return () => {
    // Clocks are set back now and then; ids are not.
    last = Math.max(last, clock.now());
    sequence = (sequence + 1) % 4_096;
    if (sequence === 0) last++;
    return snowflake(last, sequence, node);
  };
}
