import { createHmac, timingSafeEqual } from 'node:crypto';

/** Whose secret signs a payload (plugins-policy 1.3): the repository's, else the organisation's; '' when it names neither. */
export function signerOf(payload: unknown): string {
  const { repository, organization } = (payload ?? {}) as { repository?: { full_name?: unknown } | null; organization?: { login?: unknown } | null };
  const repo = repository?.full_name;
  if (typeof repo === 'string' && repo !== '') return repo;
  const org = organization?.login;
  return typeof org === 'string' ? org : '';
}

/** What `X-Hub-Signature-256` says of a body. */
export function sign(body: Uint8Array | string, token: string): string {
  return `sha256=${createHmac('sha256', token).update(body).digest('hex')}`;
}

/** Whether one of the tokens signed the body. Every token is tried, in constant time each. */
export function verified(body: Uint8Array | string, header: string, tokens: readonly string[]): boolean {
  const hex = /^sha256=([0-9a-fA-F]{64})$/.exec(header)?.[1];
  if (hex === undefined) return false;
  const given = Buffer.from(hex, 'hex');
  return tokens.map((token) => timingSafeEqual(createHmac('sha256', token).update(body).digest(), given)).includes(true);
}
