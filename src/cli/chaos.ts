/** When something is killed: at which step of the story, and how long after its beginning. */
export interface Kill {
  readonly step: number;
  readonly afterMs: number;
}

/** Evenly spread numbers below 1, the same for a seed (mulberry32). */
export function seeded(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

/** Chooses distinct steps and instants within them, in the order of the story. */
export function planKills({ seed, kills, steps, withinMs }: Readonly<{ seed: number; kills: number; steps: number; withinMs: number }>): readonly Kill[] {
  const random = seeded(seed);
  const left = Array.from({ length: steps }, (_, step) => step);
  const chosen = Array.from({ length: Math.min(kills, steps) }, () => left.splice(Math.floor(random() * left.length), 1)[0] ?? 0);
  return chosen.sort((a, b) => a - b).map((step) => ({ step, afterMs: Math.floor(random() * withinMs) }));
}
