/** The islands of pages about jobs: forms that send themselves, running times, log windows and logs that are followed. Without them every page is whole. */
export const JOBS_JS = `
for (const form of document.querySelectorAll('form.filter')) {
  form.addEventListener('submit', () => { for (const field of form.elements) if (field.name && field.value === '') field.disabled = true; });
  form.addEventListener('change', (event) => { if (event.target.tagName === 'SELECT') form.requestSubmit(); });
  addEventListener('pageshow', () => { for (const field of form.elements) field.disabled = false; });
}
const spell = (seconds) => seconds < 60 ? seconds + 's' : seconds < 3600 ? Math.floor(seconds / 60) + 'm' + seconds % 60 + 's' : Math.floor(seconds / 3600) + 'h' + Math.floor(seconds / 60) % 60 + 'm';
const skew = document.body.dataset.now ? Date.now() - Number(document.body.dataset.now) : 0;
setInterval(() => { for (const each of document.querySelectorAll('[data-since]')) each.textContent = spell(Math.max(0, Math.floor((Date.now() - skew - Number(each.dataset.since)) / 1000))); }, 1000);
const log = document.querySelector('.log');
const paint = (root) => { for (const each of root.querySelectorAll('[data-fg],[data-bg]')) { if (each.dataset.fg) each.style.color = each.dataset.fg; if (each.dataset.bg) each.style.backgroundColor = each.dataset.bg; } };
const pick = () => {
  if (!log) return;
  for (const each of log.querySelectorAll('.picked')) each.classList.remove('picked');
  const [, a, b] = /^#L(\\d+)(?:-L?(\\d+))?$/.exec(location.hash) || [];
  if (!a) return;
  const first = document.getElementById('L' + a);
  if (!first) { if (log.dataset.window && !log.dataset.sought) { log.dataset.sought = '1'; location.replace(log.dataset.window + '&line=' + a + location.hash); } return; }
  for (let n = Number(a); n <= Number(b || a) && n < Number(a) + 5000; n++) { const line = document.getElementById('L' + n); if (line) line.classList.add('picked'); }
  if (b) first.scrollIntoView({ block: 'center' });
};
if (log) {
  paint(log);
  pick();
  addEventListener('hashchange', pick);
  log.addEventListener('click', (event) => {
    const mark = event.target.closest('.l > a');
    const from = /^#L(\\d+)/.exec(location.hash);
    if (!mark || !event.shiftKey || !from) return;
    event.preventDefault();
    const [low, high] = [Number(from[1]), Number(mark.hash.slice(2))].sort((x, y) => x - y);
    location.hash = 'L' + low + '-L' + high;
  });
  document.addEventListener('click', async (event) => {
    const more = event.target.closest('a[data-more]');
    if (!more) return;
    event.preventDefault();
    const answer = await fetch(more.dataset.more).catch(() => undefined);
    if (!answer || !answer.ok) { location.href = more.href; return; }
    const lines = document.createElement('template');
    lines.innerHTML = await answer.text();
    paint(lines.content);
    const { next, nextHref } = { next: answer.headers.get('x-more'), nextHref: answer.headers.get('x-more-page') };
    if (more.dataset.where === 'before') { const top = log.firstElementChild, was = top ? top.getBoundingClientRect().top : 0; log.prepend(lines.content); if (top) scrollBy(0, top.getBoundingClientRect().top - was); }
    else log.append(lines.content);
    if (next) { more.dataset.more = next; more.href = nextHref; } else more.remove();
  });
}
if (log && log.dataset.follow && 'EventSource' in window) {
  const note = document.querySelector('[data-follow-note]');
  const source = new EventSource(log.dataset.follow);
  let begun = false, end = 0;
  source.addEventListener('lines', (event) => {
    const { from, lines } = JSON.parse(event.data);
    const last = document.documentElement;
    const stick = begun && innerHeight + scrollY > last.scrollHeight - 80;
    if (!begun || from < end) log.replaceChildren();
    if (begun && from > end || !begun && from > 0) log.insertAdjacentHTML('beforeend', '<div class="none">… earlier lines are in the raw log</div>');
    begun = true;
    end = from + lines.length;
    const part = document.createElement('template');
    part.innerHTML = lines.map(([html, hit], n) => '<div class="l' + (hit ? ' hit' : '') + '" id="L' + (from + n + 1) + '"><a href="#L' + (from + n + 1) + '">' + (from + n + 1) + '</a><span>' + html + '</span></div>').join('');
    paint(part.content);
    log.append(part.content);
    while (log.childElementCount > 20000) log.firstElementChild.remove();
    if (note) note.textContent = 'following, ' + end + ' lines';
    pick();
    if (stick) scrollTo(0, last.scrollHeight);
  });
  source.addEventListener('end', () => { source.close(); if (note) note.textContent = 'the log has ended'; });
  source.onerror = () => { if (note && source.readyState !== 2) note.textContent = 'connecting again…'; };
}
`;
