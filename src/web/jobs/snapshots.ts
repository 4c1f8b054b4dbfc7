import { Readable, addAbortSignal } from 'node:stream';
import { createGunzip } from 'node:zlib';
import type { Clock } from '../../core/ports/clock.js';
import type { Log } from '../../core/ports/log.js';
import { gzipOf, literal, pack, sumOf, type Part } from './gzipParts.js';
import { cutAgain, type Segment } from './segments.js';
import type { JobView } from './view.js';
import { OMITTABLE, asked, jsonOf, type Omit, type WireFilter } from './wire.js';

export interface WireQuery extends WireFilter {
  readonly omit: Omit;
}

/** `/prowjobs.js` ready to be sent. */
export interface WireBody {
  /** Of what is in it, so that it is the same whatever process answers. */
  readonly etag: string;
  /** A gzip file; as a script that assigns `variable`, where one is named. */
  gzipped(variable: string | undefined): Buffer;
  /** The same unpacked, as it is read: it may have hundreds of megabytes. */
  plain(variable: string | undefined, options: Readonly<{ signal: AbortSignal }>): AsyncIterable<Uint8Array>;
}

export interface WireDeps {
  readonly view: Pick<JobView, 'version' | 'rules' | 'list' | 'onChange'>;
  /** Whether all jobs have been read once. */
  readonly synced: () => boolean;
  readonly clock: Clock;
  /** A request waits so long for what is newest, in milliseconds; after that it gets what is ready. `Infinity`: it always gets what is newest. */
  readonly patienceMs: number;
  readonly log: Log;
}

/** `/prowjobs.js`, ready to be sent. */
export interface Wire {
  /** The answer. It is as new as can be made within the patience, else the last one; never one that shows what may no longer be shown. */
  body(query: WireQuery): Promise<WireBody>;
  /** Resolves once nothing is being made. */
  idle(): Promise<void>;
  stop(): void;
}

interface Snapshot extends WireBody {
  readonly version: number;
  readonly rules: number;
  readonly segments: readonly Segment[];
}

interface Variant {
  readonly query: WireQuery;
  askedAt: number;
  ready: Snapshot | undefined;
  making: Promise<Snapshot> | undefined;
  /** Before this it is not made again, so that making it takes no more than about a tenth of the time. */
  restsUntil: number;
}

/** What upstream's front page asks for; it is ready before anybody asks. */
const USUAL: WireQuery = { omit: new Set(OMITTABLE) };
/** What nobody has asked for so long is thrown away. */
const KEPT_MS = 600_000;
/** So many are kept at most. */
const MOST = 6;
/** After a change, what somebody asked for within KEPT_MS is made anew after this; else after as long as upstream's snapshot is old at most (deck 4.1). */
const SOON_MS = 500;
const IDLE_MS = 30_000;
/** So many jobs are written before others get their turn. */
const SLICE = 64;
const COMMA = literal(',');

const nameOf = ({ org, repo, owner, omit }: WireQuery): string => JSON.stringify([org || '', repo || '', owner || '', [...omit]]);
const turn = (): Promise<void> => new Promise((resolve) => { setImmediate(resolve); });

/**
 * `/prowjobs.js` from snapshots that are ready and packed before a request comes. Jobs are packed a few hundred together and put together packed, so
 * that a change costs one such group, and only packed text is kept. Changes are gathered; making them never keeps a request waiting beyond its patience.
 */
export function openWire({ view, synced, clock, patienceMs, log }: WireDeps): Wire {
  const variants = new Map<string, Variant>();
  let timer: NodeJS.Timeout | undefined;
  let keeping: Promise<void> | undefined;
  let stopped = false;

  const variantOf = (query: WireQuery): Variant => {
    const name = nameOf(query);
    const known = variants.get(name) ?? { query, askedAt: Number.NEGATIVE_INFINITY, ready: undefined, making: undefined, restsUntil: 0 };
    // Whoever is asked for goes to the end: the first is who has waited longest.
    variants.delete(name);
    variants.set(name, known);
    return known;
  };
  const make = async (variant: Variant): Promise<Snapshot> => {
    const begun = clock.now();
    const { query } = variant;
    const [version, rules] = [view.version(), view.rules()];
    const narrow = Boolean(query.org || query.repo || query.owner);
    const jobs = narrow ? view.list().filter((job) => asked(job, query)) : view.list();
    const segments: Segment[] = [];
    for (const cut of cutAgain(jobs, variant.ready?.segments ?? [])) segments.push(cut.part ? { jobs: cut.jobs, part: cut.part } : { jobs: cut.jobs, part: await packed(cut.jobs, query.omit) });
    const now = clock.now();
    variant.restsUntil = now + Math.max(SOON_MS, 10 * (now - begun));
    return { ...bodyOf(segments.map(({ part }) => part)), version, rules, segments };
  };
  /** Makes a variant, or waits for whoever does; as often as it takes to be as new as `version`. */
  const current = async (variant: Variant, version: number): Promise<Snapshot> => {
    for (;;) {
      if (variant.ready && variant.ready.version >= version) return variant.ready;
      variant.making ??= make(variant).then((made) => { variant.ready = made; return made; }).finally(() => { variant.making = undefined; });
      await variant.making;
    }
  };

  const tidy = (): void => {
    for (const [name, { query, askedAt, making }] of variants) {
      if (query !== USUAL && !making && (variants.size > MOST || clock.now() - askedAt > KEPT_MS)) variants.delete(name);
    }
  };
  const isWarm = ({ askedAt }: Variant): boolean => clock.now() - askedAt <= KEPT_MS;
  const keepUp = async (): Promise<void> => {
    tidy();
    for (const variant of variants.values()) if (!stopped) await current(variant, view.version());
  };
  const plan = (): void => {
    if (timer !== undefined || stopped || !synced()) return;
    const all = [...variants.values()];
    const rest = Math.max(...all.map(({ restsUntil }) => restsUntil)) - clock.now();
    const first = all.some(({ ready }) => ready === undefined);
    timer = setTimeout(() => {
      const done = (): void => {
        timer = keeping = undefined;
        if ([...variants.values()].some(({ ready }) => ready?.version !== view.version())) plan();
      };
      keeping = keepUp().catch((err: unknown) => { log.error({ err }, 'list of jobs not made; the next request or change makes it'); }).finally(done);
    }, Math.max(rest, first || all.some(isWarm) ? SOON_MS : IDLE_MS));
    timer.unref();
  };
  variants.set(nameOf(USUAL), { query: USUAL, askedAt: Number.NEGATIVE_INFINITY, ready: undefined, making: undefined, restsUntil: 0 });
  const stopListening = view.onChange(plan);
  plan();

  return {
    async body(query) {
      const variant = variantOf(query);
      variant.askedAt = clock.now();
      tidy();
      const version = view.version();
      const { ready } = variant;
      if (ready?.version === version) return ready;
      if (ready?.rules !== view.rules() || patienceMs === Number.POSITIVE_INFINITY) return current(variant, version);
      if (clock.now() < variant.restsUntil) return ready;
      const newest = current(variant, version);
      newest.catch((err: unknown) => { log.error({ err }, 'list of jobs not made'); });
      return within(patienceMs, newest, ready);
    },
    async idle() {
      for (;;) {
        const busy = [keeping, ...[...variants.values()].map(({ making }) => making)].filter((one) => one !== undefined);
        if (busy.length === 0) return;
        await Promise.allSettled(busy);
      }
    },
    stop() {
      stopped = true;
      stopListening();
      clearTimeout(timer);
    },
  };
}

async function packed(jobs: Segment['jobs'], omit: Omit): Promise<Part> {
  const texts: string[] = [];
  for (let n = 0; n < jobs.length; n += SLICE) {
    await turn();
    texts.push(jobs.slice(n, n + SLICE).map((job) => jsonOf(job, omit)).join(','));
  }
  return pack(Buffer.from(texts.join(',')));
}

function bodyOf(parts: readonly Part[]): WireBody {
  const items = parts.flatMap((part, n) => (n === 0 ? [part] : [COMMA, part]));
  const { crc, size } = sumOf(items);
  let last: { readonly variable: string | undefined; readonly bytes: Buffer } | undefined;
  const gzipped = (variable: string | undefined): Buffer => {
    if (!last || last.variable !== variable) {
      const [open, close] = variable === undefined ? ['{"items":[', ']}'] : [`var ${variable} = {"items":[`, ']};'];
      last = { variable, bytes: gzipOf([literal(open), ...items, literal(close)]) };
    }
    return last.bytes;
  };
  return {
    etag: `W/"${size.toString(36)}-${crc.toString(36)}"`,
    gzipped,
    plain: (variable, { signal }) => addAbortSignal(signal, Readable.from([gzipped(variable)]).pipe(createGunzip())),
  };
}

/** What work gives, or `other` when it takes longer than so many milliseconds. */
function within<T>(ms: number, work: Promise<T>, other: T): Promise<T> {
  return new Promise((resolve) => {
    const timer = setTimeout(() => { resolve(other); }, ms);
    work.then(resolve, () => { resolve(other); }).finally(() => { clearTimeout(timer); });
  });
}
