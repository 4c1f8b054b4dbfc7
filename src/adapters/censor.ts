/** Hides secrets in text that leaves the process: logs, errors, bodies of requests (config 10.2). */
export interface Censor {
  /** `expiresAt` (milliseconds since the epoch): forgotten after that. */
  add(secret: string, expiresAt?: number): void;
  /** Every secret replaced by as many `X`. */
  censor(text: string): string;
}

/** Shorter texts would censor ordinary words. */
const MIN_LENGTH = 6;

/** Three forms of a secret are hidden: its trimmed text, and base64 of that and of the raw text. */
export function createCensor(now: () => number = Date.now): Censor {
  const secrets = new Map<string, number>();
  let longestFirst: readonly string[] | undefined;
  return {
    add(secret, expiresAt = Number.POSITIVE_INFINITY) {
      const trimmed = secret.trim();
      if (trimmed.length < MIN_LENGTH || /^(true|false)$/i.test(trimmed)) return;
      for (const form of new Set([trimmed, Buffer.from(trimmed).toString('base64'), Buffer.from(secret).toString('base64'), JSON.stringify(trimmed).slice(1, -1)])) {
        secrets.set(form, Math.max(expiresAt, secrets.get(form) ?? 0));
      }
      longestFirst = undefined;
    },
    censor(text) {
      if (longestFirst === undefined) {
        for (const [form, end] of secrets) if (end < now()) secrets.delete(form);
        longestFirst = [...secrets.keys()].sort((a, b) => b.length - a.length);
      }
      let out = text;
      for (const form of longestFirst) if (out.includes(form)) out = out.replaceAll(form, 'X'.repeat(form.length));
      return out;
    },
  };
}
