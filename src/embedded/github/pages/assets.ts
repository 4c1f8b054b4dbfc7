/** Style of the embedded GitHub's own pages: two palettes, one column where the window is narrow. */
export const CSS = `
:root { color-scheme: light dark; --bg: #f3f1ec; --card: #fffdf9; --ink: #23211d; --soft: #6a645a; --line: #ddd6c9; --link: #7a3e00; --good: #17612f; --goodbg: #dff3e2; --bad: #9b1c1c; --badbg: #fde6e4; --busy: #7a5200; --busybg: #fdf2c8; --plain: #ece7dd; }
@media (prefers-color-scheme: dark) { :root { --bg: #16140f; --card: #1f1c17; --ink: #ece7de; --soft: #a89f90; --line: #39342b; --link: #f0a860; --good: #85dc98; --goodbg: #17331d; --bad: #ff9d95; --badbg: #421a18; --busy: #f0cf6a; --busybg: #3a2d0a; --plain: #2c2821; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--bg); color: var(--ink); font: 15px/1.5 system-ui, sans-serif; }
a { color: var(--link); }
header { display: flex; flex-wrap: wrap; gap: .3rem 1rem; align-items: center; padding: .7rem 1.2rem; background: var(--card); border-bottom: 1px solid var(--line); }
header form { margin-left: auto; display: flex; gap: .4rem; align-items: center; }
main { max-width: 72rem; margin: 0 auto; padding: 1rem 1.2rem 3rem; }
h1 { font-size: 1.3rem; margin: .4rem 0; overflow-wrap: anywhere; }
h2 { font-size: 1rem; margin: 1.2rem 0 .5rem; }
.cols { display: grid; grid-template-columns: minmax(0, 1fr) 20rem; gap: 1.2rem; }
.card { background: var(--card); border: 1px solid var(--line); border-radius: .6rem; padding: .7rem 1rem; margin: 0 0 .8rem; min-width: 0; overflow-wrap: anywhere; }
.card.bot { border-left: .25rem solid var(--link); }
.card p { margin: .3rem 0; } .card ul { margin: .3rem 0; padding-left: 1.2rem; }
.by, .empty, .small { color: var(--soft); font-size: .88rem; }
.event { color: var(--soft); font-size: .88rem; margin: 0 0 .8rem; padding-left: 1rem; overflow-wrap: anywhere; }
.chip { display: inline-block; border-radius: 1rem; padding: 0 .6rem; font-size: .8rem; background: var(--plain); }
.chip.good { background: var(--goodbg); color: var(--good); } .chip.bad { background: var(--badbg); color: var(--bad); } .chip.busy { background: var(--busybg); color: var(--busy); }
.note { background: var(--badbg); color: var(--bad); border-radius: .5rem; padding: .5rem .9rem; }
blockquote { margin: .3rem 0; padding-left: .8rem; border-left: .2rem solid var(--line); color: var(--soft); }
pre { overflow-x: auto; background: var(--plain); border-radius: .4rem; padding: .5rem .7rem; font-size: .85rem; }
code { font-size: .9em; }
aside h2 { margin: 0 0 .3rem; }
.list, .card .list { list-style: none; padding: 0; margin: 0; } .list.card { padding: .3rem 1rem; } .list li { padding: .5rem 0; border-top: 1px solid var(--line); overflow-wrap: anywhere; } .list li:first-child { border-top: 0; }
textarea, input, select, button { font: inherit; color: inherit; background: var(--bg); border: 1px solid var(--line); border-radius: .4rem; padding: .35rem .6rem; max-width: 100%; }
textarea, input[type=text] { width: 100%; } textarea { min-height: 5rem; resize: vertical; } label { display: block; margin: .4rem 0; font-size: .9rem; }
button { background: var(--link); color: var(--card); border-color: transparent; cursor: pointer; }
:focus-visible { outline: .15rem solid var(--link); outline-offset: .1rem; }
@media (max-width: 48rem) { .cols { grid-template-columns: minmax(0, 1fr); } main { padding: .6rem .7rem 2rem; } header form { margin-left: 0; } }
`;

/** Fetches the living part of a page again whenever something has happened. */
export const JS = `
const live = document.querySelector('[data-live]');
if (live) {
  let running = false, again = false;
  const refresh = async () => {
    if (running) { again = true; return; }
    running = true;
    try { const answer = await fetch(live.dataset.live); if (answer.ok) live.innerHTML = await answer.text(); } catch {}
    running = false;
    if (again) { again = false; refresh(); }
  };
  const source = new EventSource('/-/live');
  source.onopen = refresh;
  source.onmessage = refresh;
}
`;
