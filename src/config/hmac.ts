import { parse } from 'yaml';
import { z } from 'zod';

const Tokens = z.array(
  z.object({
    value: z.string(),
    created_at: z.union([z.iso.datetime({ offset: true }), z.date()]).optional(),
  }),
);
const HmacFile = z.record(z.string(), Tokens.nullable());

/** Webhook secrets: lists of tokens by `org/repo`, `org` or `*`; or one token for everything. */
export type HmacSecrets = ReadonlyMap<string, readonly string[]>;

/** One line that no map of secrets looks like. */
const isLegacyToken = (text: string): boolean => !/[\n\r]/.test(text) && !/:(?:\s|$)/.test(text) && !/^[{[]/.test(text);

/**
 * Reads the file of webhook secrets (plugins-policy 1.3): a map, or one line that is itself the one token. A map with a fault throws: were
 * it taken for a token as upstream does, every webhook would be refused (K41).
 */
export function parseHmacSecrets(text: string): HmacSecrets {
  const trimmed = text.trim();
  if (isLegacyToken(trimmed)) return new Map([['*', [trimmed]]]);
  const file = HmacFile.safeParse(documentOf(trimmed) ?? {});
  if (!file.success) {
    // What the file says is secret: only places and expectations may be told.
    const faults = file.error.issues.map(({ path, message }) => `${path.join('.') || 'the file'}: ${message}`);
    throw new Error(`not a map of webhook secrets: ${faults.join('; ')} (expected 'ORG/REPO', ORG or '*', each with a list of {value: TOKEN, created_at: TIME}, or one line that is the token)`);
  }
  return new Map(Object.entries(file.data).map(([key, tokens]) => [key, (tokens ?? []).map(({ value }) => value)]));
}

function documentOf(text: string): unknown {
  try {
    return parse(text, { prettyErrors: true, logLevel: 'error' });
  } catch (error) {
    const at = error instanceof Error && 'linePos' in error ? (error.linePos as readonly { line: number; col: number }[] | undefined)?.[0] : undefined;
    throw new Error(`not YAML${at ? `, line ${at.line}, column ${at.col}` : ''}: the file of webhook secrets cannot be read`);
  }
}

/** The tokens for a repository or organisation. The most specific entry alone counts, even when it is empty. An empty token never counts. */
export function tokensFor(secrets: HmacSecrets, repoOrOrg: string): readonly string[] {
  const [org = ''] = repoOrOrg.split('/');
  return (secrets.get(repoOrOrg) ?? secrets.get(org) ?? secrets.get('*') ?? []).filter((token) => token !== '');
}
