import type { KubeObject } from '../../core/kube.js';
import type { KubeHttp } from './http.js';
import { statusOf } from './http.js';

export const PAGE = 500;

interface Page {
  readonly apiVersion?: string;
  readonly kind?: string;
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string };
  readonly items?: readonly KubeObject[] | null;
}

export interface Listing {
  readonly path: string;
  readonly labelSelector?: string | undefined;
  readonly fieldSelector?: string | undefined;
  readonly signal: AbortSignal;
}

export interface Listed<T> {
  readonly items: readonly T[];
  /** From where a watch goes on. */
  readonly resourceVersion: string;
}

/** One call, tried again or not as the caller likes. */
export type Attempt = <T>(call: () => Promise<T>) => Promise<T>;
export const onlyOnce: Attempt = (call) => call();

/**
 * All objects of a list, page by page, each handed through `keep`. The pages are of one moment; when the server has forgotten that moment
 * (410 Gone) the list is read again in one piece, as client-go does: what comes in one piece cannot run out halfway.
 */
export async function listAll<T extends KubeObject>(http: KubeHttp, { path, labelSelector, fieldSelector, signal }: Listing, keep: (object: T) => T = (object) => object, attempt: Attempt = onlyOnce): Promise<Listed<T>> {
  const page = async (limit: number | undefined, from: string | undefined): Promise<Page> =>
    (await attempt(() => http.json({ path, query: { labelSelector, fieldSelector, limit, continue: from }, signal }))) as Page;
  const items: T[] = [];
  const take = ({ apiVersion, kind, items: some }: Page): void => {
    // The items of a list of a built-in kind do not repeat what they are.
    const own = { apiVersion: apiVersion ?? '', kind: kind?.replace(/List$/, '') ?? '' };
    for (const item of some ?? []) items.push(keep({ ...own, ...item } as T));
  };
  for (let next: string | undefined, whole = false; ;) {
    let answer: Page;
    try {
      answer = await page(whole ? undefined : PAGE, next);
    } catch (error) {
      if (statusOf(error) !== 410 || next === undefined) throw error;
      items.length = 0;
      next = undefined;
      whole = true;
      continue;
    }
    take(answer);
    next = answer.metadata?.continue || undefined;
    if (next === undefined) return { items, resourceVersion: answer.metadata?.resourceVersion ?? '' };
  }
}

/** `key=value,…` of equality requirements. */
export function labelSelector(selector: Readonly<Record<string, string>>): string | undefined {
  const terms = Object.entries(selector).map(([key, value]) => `${key}=${value}`);
  return terms.length > 0 ? terms.join(',') : undefined;
}
