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

/** Reads the file of webhook secrets (plugins-policy 1.3). Text that is not such a map is itself the one token. */
export function parseHmacSecrets(text: string): HmacSecrets {
  const trimmed = text.trim();
  let document: unknown;
  try {
    document = parse(trimmed);
  } catch {
    return new Map([['*', [trimmed]]]);
  }
  const file = HmacFile.safeParse(document ?? {});
  if (!file.success) return new Map([['*', [trimmed]]]);
  return new Map(Object.entries(file.data).map(([key, tokens]) => [key, (tokens ?? []).map(({ value }) => value)]));
}

/** The tokens for a repository or organisation. The most specific entry alone counts, even when it is empty. An empty token never counts. */
export function tokensFor(secrets: HmacSecrets, repoOrOrg: string): readonly string[] {
  const [org = ''] = repoOrOrg.split('/');
  return (secrets.get(repoOrOrg) ?? secrets.get(org) ?? secrets.get('*') ?? []).filter((token) => token !== '');
}
