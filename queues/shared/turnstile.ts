/** Lets so many of a name in at once; the others are told when to come back, each at a time of its own. */
export interface Turnstile {
  enter(name: string, now: number): Readonly<{ kind: 'in'; leave: () => void } | { kind: 'full'; comeBackAt: number }>;
}

export interface TurnstileOptions {
  readonly places: number;
  /** Milliseconds between two that come back. */
  readonly spacingMs: number;
}

export function createTurnstile({ places, spacingMs }: TurnstileOptions = { places: 10, spacingMs: 25 }): Turnstile {
  const inside = new Map<string, number>();
  const next = new Map<string, number>();
  return {
    enter(name, now) {
      const count = inside.get(name) ?? 0;
      if (count >= places) {
        const comeBackAt = Math.max(next.get(name) ?? 0, now) + spacingMs;
        next.set(name, comeBackAt);
        return { kind: 'full', comeBackAt };
      }
      inside.set(name, count + 1);
      let left = false;
      const leave = (): void => {
        if (left) return;
        left = true;
        const rest = (inside.get(name) ?? 1) - 1;
        if (rest > 0) {
          inside.set(name, rest);
          return;
        }
        inside.delete(name);
        next.delete(name);
      };
      return { kind: 'in', leave };
    },
  };
}
