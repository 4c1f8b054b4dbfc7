import { NotFoundError } from '../../core/errors.js';
import type { Deliveries, DeliveryAttempt } from '../../core/ports/deliveries.js';
import type { Call, Http } from './http.js';

interface RawDelivery {
  readonly id: number | string;
  readonly guid: string;
  readonly event: string;
  readonly action?: string | null;
  readonly delivered_at: string;
  readonly status_code?: number;
  readonly redelivery?: boolean;
}

/** A hook whose deliveries GitHub lists: the App's, or one of a repository or organisation. */
export interface HookPlace {
  readonly org: string | undefined;
  /** `/app/hook`, `/repos/o/r/hooks/1` */
  readonly path: string;
}

export interface DeliveriesDeps {
  readonly http: Http;
  /** The hooks to look at; found anew at each walk. */
  hooks(signal: AbortSignal): Promise<readonly HookPlace[]>;
}

/** GitHub's ids pass 2^53: they are kept as text wherever they are sent back. */
const idOf = (place: HookPlace, id: number | string): string => `${place.org ?? ''} ${place.path} ${id}`;

/** Past deliveries, as GitHub's delivery API lists them; the body comes with each one's own record. */
export function createDeliveries({ http, hooks }: DeliveriesDeps): Deliveries {
  const call = (place: Pick<HookPlace, 'org'>, route: string, signal: AbortSignal): Call => ({ method: 'GET', route, org: place.org, plugin: 'recover', priority: 'read', signal, share: 'fresh' });
  return {
    async *list(sinceMs, { signal = new AbortController().signal } = {}): AsyncIterable<DeliveryAttempt> {
      for (const place of await hooks(signal)) {
        pages: for await (const page of http.eachPage(call(place, `${place.path}/deliveries`, signal))) {
          for (const raw of page as readonly RawDelivery[]) {
            const deliveredAt = Date.parse(raw.delivered_at);
            if (deliveredAt < sinceMs) break pages; // newest first: the rest is older
            yield { id: raw.guid, deliveryId: idOf(place, raw.id), event: raw.event, action: raw.action ?? undefined, deliveredAt, statusCode: raw.status_code ?? 0, redelivery: raw.redelivery ?? false };
          }
        }
      }
    },
    async fetch(deliveryId, { signal = new AbortController().signal } = {}) {
      const [org = '', path = '', id = ''] = deliveryId.split(' ');
      try {
        const { data } = await http.call(call({ org: org === '' ? undefined : org }, `${path}/deliveries/${id}`, signal));
        const { event, request } = data as { event: string; request?: { headers?: Readonly<Record<string, unknown>> | null; payload?: unknown } };
        const payload = request?.payload;
        const headers = Object.entries(request?.headers ?? {}).flatMap(([name, value]) => (typeof value === 'string' ? [[name.toLowerCase(), value]] : []));
        return { event, body: typeof payload === 'string' ? payload : JSON.stringify(payload ?? {}), ...(headers.length > 0 ? { headers: Object.fromEntries(headers) as Record<string, string> } : {}) };
      } catch (error) {
        if (error instanceof NotFoundError) return undefined;
        throw error;
      }
    },
  };
}

/** In token mode the hooks of every enabled organisation and repository that point at us are looked at, as far as the token may see them. */
export function tokenHooks(http: Http, enabled: () => readonly string[]): DeliveriesDeps['hooks'] {
  return async (signal) => {
    const places: HookPlace[] = [];
    for (const key of enabled()) {
      const [org = '', repo] = key.split('/');
      const base = repo === undefined ? `/orgs/${org}/hooks` : `/repos/${org}/${repo}/hooks`;
      try {
        const found = await http.pages<{ id: number }>({ method: 'GET', route: base, org, plugin: 'recover', priority: 'read', signal });
        places.push(...found.map(({ id }) => ({ org, path: `${base}/${id}` })));
      } catch (error) {
        if (!(error instanceof Error && 'status' in error && (error.status === 403 || error.status === 404))) throw error;
      }
    }
    return places;
  };
}
