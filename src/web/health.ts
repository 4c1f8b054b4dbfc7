/** One thing that this process needs, and whether it has it now. */
export interface Check {
  readonly name: string;
  /** undefined: fine; otherwise what is wrong, for people. */
  problem(): Promise<string | undefined> | string | undefined;
}

export type Readiness = Readonly<{ kind: 'starting' } | { kind: 'ready' } | { kind: 'unready'; problems: readonly string[] }>;

/** What is wrong, a line each. A check that throws is a problem. */
export async function problemsOf(checks: readonly Check[]): Promise<readonly string[]> {
  const problems = await Promise.all(
    checks.map(async ({ name, problem }) => {
      try {
        const found = await problem();
        return found === undefined ? undefined : `${name}: ${found}`;
      } catch (error) {
        return `${name}: ${error instanceof Error ? error.message : String(error)}`;
      }
    }),
  );
  return problems.filter((text) => text !== undefined);
}

/** Readiness of the process: `starting` until `declared`, then what the checks say. */
export async function readiness(declared: boolean, checks: readonly Check[]): Promise<Readiness> {
  if (!declared) return { kind: 'starting' };
  const problems = await problemsOf(checks);
  return problems.length === 0 ? { kind: 'ready' } : { kind: 'unready', problems };
}
