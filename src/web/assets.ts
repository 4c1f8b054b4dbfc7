import { createHash } from 'node:crypto';
import { CATALOGUE_CSS } from './catalogueStyle.js';
import { JOBS_JS } from './jobs/script.js';
import { JOBS_CSS } from './jobs/style.js';
import { TIDE_CSS } from './tideStyle.js';

/** Colours come from two palettes of one set of names; a narrow window stacks what a wide one lays side by side. */
const BASE_CSS = `
:root { color-scheme: light dark; --bg: #f6f7f9; --card: #fff; --ink: #1b1f24; --soft: #57606a; --line: #d8dee4; --link: #0757b0; --good: #116329; --goodbg: #dafbe1; --bad: #a40e26; --badbg: #ffebe9; --busy: #7d4e00; --busybg: #fff8c5; --plain: #eef1f4; }
@media (prefers-color-scheme: dark) { :root { --bg: #0f1318; --card: #171c22; --ink: #e6edf3; --soft: #9da7b1; --line: #2d343c; --link: #6cb0ff; --good: #7ee08f; --goodbg: #12301b; --bad: #ff9a92; --badbg: #3d1518; --busy: #f0cf6a; --busybg: #362a08; --plain: #232a32; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
a { color: var(--link); }
header { display: flex; flex-wrap: wrap; gap: .3rem 1.2rem; align-items: baseline; padding: .8rem 1.2rem; background: var(--card); border-bottom: 1px solid var(--line); }
header h1 { font-size: 1.15rem; margin: 0; }
header nav { display: flex; flex-wrap: wrap; gap: .2rem 1rem; }
header .live { margin-left: auto; color: var(--soft); font-size: .85rem; }
main { max-width: 80rem; margin: 0 auto; padding: 1rem 1.2rem 3rem; }
h2 { font-size: 1.05rem; margin: 1.6rem 0 .6rem; }
.note { background: var(--badbg); color: var(--bad); border-radius: .5rem; padding: .6rem .9rem; margin: .6rem 0; overflow-wrap: anywhere; white-space: pre-line; }
.empty { color: var(--soft); }
.pools { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 26rem), 1fr)); gap: .8rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .8rem 1rem; min-width: 0; }
.card h3 { font-size: 1rem; margin: 0 0 .3rem; overflow-wrap: anywhere; }
.card ul { list-style: none; margin: 0; padding: 0; }
.card li { border-top: 1px solid var(--line); padding: .5rem 0; overflow-wrap: anywhere; }
.why { color: var(--soft); font-size: .9rem; margin: .15rem 0 0; }
.chip { display: inline-block; border-radius: 1rem; padding: 0 .6rem; font-size: .8rem; background: var(--plain); white-space: nowrap; font-weight: normal; }
.chip.good { background: var(--goodbg); color: var(--good); } .chip.bad { background: var(--badbg); color: var(--bad); } .chip.busy { background: var(--busybg); color: var(--busy); }
.scroll { overflow-x: auto; background: var(--card); border: 1px solid var(--line); border-radius: .6rem; }
table { border-collapse: collapse; width: 100%; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .4rem .8rem; border-top: 1px solid var(--line); }
thead th { border-top: 0; color: var(--soft); font-weight: 600; }
td.time { white-space: nowrap; color: var(--soft); }
code { font-size: .9em; overflow-wrap: anywhere; }
@media (max-width: 40rem) { main { padding: .6rem .7rem 2rem; } thead { display: none; } tr { display: block; padding: .4rem 0; border-top: 1px solid var(--line); } td { display: block; border: 0; padding: .1rem .8rem; } }
`;

/**
 * When news arrive, the live parts of the page are fetched again. Without it the page is whole, but still. A child with an id stays the node that
 * it is while nothing of it changed, so that reading, focus and scrolling go on.
 */
const LIVE_JS = `
const live = document.querySelector('[data-live]');
const sign = document.querySelector('[data-sign]');
const patch = (into, from) => {
  const keyed = [...from.children].some((child) => child.id);
  if (!keyed) { if (into.innerHTML !== from.innerHTML) into.innerHTML = from.innerHTML; return; }
  const old = new Map([...into.children].map((child) => [child.id, child]));
  let at = into.firstElementChild;
  for (const wanted of [...from.children]) {
    let node = wanted;
    const known = wanted.id && old.get(wanted.id);
    if (known && known.tagName === wanted.tagName) {
      node = known;
      if (known.outerHTML !== wanted.outerHTML) {
        for (const { name } of [...known.attributes]) if (!wanted.hasAttribute(name)) known.removeAttribute(name);
        for (const { name, value } of [...wanted.attributes]) known.setAttribute(name, value);
        patch(known, wanted);
      }
    }
    if (node === at) at = at.nextElementSibling;
    else into.insertBefore(node, at);
  }
  while (at) { const next = at.nextElementSibling; at.remove(); at = next; }
};
if (live && 'EventSource' in window) {
  let running = false, again = false;
  const pause = Number(live.dataset.pause || 250);
  const refresh = async () => {
    if (running) { again = true; return; }
    running = true;
    try {
      const answer = await fetch(live.dataset.live, { headers: { accept: 'text/html' } });
      if (answer.ok) { const fresh = document.createElement('div'); fresh.innerHTML = await answer.text(); patch(live, fresh); }
    } catch {} finally {
      setTimeout(() => { running = false; if (again) { again = false; refresh(); } }, pause);
    }
  };
  const source = new EventSource(live.dataset.feed || '/live');
  source.onopen = () => { sign.textContent = 'live'; refresh(); };
  source.onmessage = refresh;
  source.onerror = () => { sign.textContent = 'connecting again…'; };
}
`;

const CSS = BASE_CSS + JOBS_CSS + CATALOGUE_CSS + TIDE_CSS;
const JS = LIVE_JS + JOBS_JS;

interface Asset {
  readonly body: string;
  readonly type: string;
}

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 10);

export const cssPath = `/assets/app.${hash(CSS)}.css`;
export const jsPath = `/assets/app.${hash(JS)}.js`;

/** Finds an asset by path. A page of another version asks for another hash and gets today's text: old pages keep working. */
export function findAsset(path: string): (Asset & { readonly exact: boolean }) | undefined {
  const kind = /^\/assets\/app\.[0-9a-f]+\.(css|js)$/.exec(path)?.[1];
  if (kind === 'css') return { body: CSS, type: 'text/css; charset=utf-8', exact: path === cssPath };
  if (kind === 'js') return { body: JS, type: 'text/javascript; charset=utf-8', exact: path === jsPath };
  return undefined;
}
