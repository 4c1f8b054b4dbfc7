/** What pages about jobs look like; colours come from the frame's palettes, those of terminals from two of their own. */
export const JOBS_CSS = `
:root { --mark: #ffe9a8; --focus: #0757b0; --t0: #24292f; --t1: #b3261e; --t2: #116329; --t3: #7d4e00; --t4: #0757b0; --t5: #8250df; --t6: #0b6b75; --t7: #57606a; }
@media (prefers-color-scheme: dark) { :root { --mark: #4a3a08; --focus: #6cb0ff; --t0: #8b949e; --t1: #ff7b72; --t2: #7ee08f; --t3: #f0cf6a; --t4: #6cb0ff; --t5: #d2a8ff; --t6: #56d4dd; --t7: #c9d1d9; } }
a:focus-visible, button:focus-visible, input:focus-visible, select:focus-visible, summary:focus-visible { outline: 2px solid var(--focus); outline-offset: 1px; }
header nav a[aria-current] { color: var(--ink); font-weight: 600; text-decoration: none; }
.bar { display: flex; flex-wrap: wrap; gap: .4rem; align-items: center; margin: .7rem 0; }
.bar a.chip { text-decoration: none; color: inherit; } .bar a.chip.good { color: var(--good); } .bar a.chip.bad { color: var(--bad); } .bar a.chip.busy { color: var(--busy); }
.bar a.chip[aria-current] { outline: 2px solid currentColor; }
.bar .end { margin-left: auto; color: var(--soft); font-size: .9rem; }
form.filter { display: flex; flex-wrap: wrap; gap: .5rem .6rem; align-items: end; margin: 1rem 0 .4rem; }
form.filter label { display: grid; gap: .1rem; font-size: .8rem; color: var(--soft); min-width: 0; }
form.filter input, form.filter select { font: inherit; font-size: .9rem; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: .35rem; padding: .2rem .4rem; height: 2rem; width: 100%; max-width: 18rem; }
form.filter input { width: 9rem; } form.filter input[name=pull] { width: 5rem; } form.filter input[name=job] { width: 14rem; }
button, .button { font: inherit; font-size: .9rem; height: 2rem; padding: 0 .8rem; border: 1px solid var(--line); border-radius: .35rem; background: var(--plain); color: var(--ink); cursor: pointer; text-decoration: none; display: inline-flex; align-items: center; }
button.bad { color: var(--bad); }
.jobs { table-layout: fixed; } .jobs td, .jobs th { padding: .3rem .6rem; } .jobs td { overflow-wrap: anywhere; }
.jobs .c-state { width: 7.2rem; } .jobs .c-job { width: 30%; } .jobs .c-start { width: 7.5rem; } .jobs .c-took { width: 5.5rem; } .jobs .c-links { width: 6.5rem; }
.jobs td.num, .jobs td.time { font-variant-numeric: tabular-nums; white-space: nowrap; color: var(--soft); }
.jobs td.links a + a { margin-left: .7rem; }
.jobs .c-refs div.sub { white-space: nowrap; overflow: hidden; text-overflow: ellipsis; }
.jobs .sub, .sub { color: var(--soft); font-size: .85rem; overflow-wrap: anywhere; }
.state { font-weight: 600; white-space: nowrap; color: var(--soft); } .state.good { color: var(--good); } .state.bad { color: var(--bad); } .state.busy { color: var(--busy); }
.state i { font-style: normal; display: inline-block; width: 1.15em; }
.pager { display: flex; gap: 1rem; margin: .8rem 0; }
.title { display: flex; flex-wrap: wrap; gap: .3rem .8rem; align-items: baseline; margin: .9rem 0 .2rem; } .title h2 { margin: 0; font-size: 1.3rem; overflow-wrap: anywhere; min-width: 0; }
.title .acts { margin-left: auto; display: flex; gap: .5rem; } .title form { margin: 0; }
dl.facts { display: grid; grid-template-columns: repeat(auto-fill, minmax(min(100%, 19rem), 1fr)); gap: .15rem 1.5rem; margin: .6rem 0; }
dl.facts div { display: grid; grid-template-columns: 6.5rem minmax(0, 1fr); gap: .5rem; } dl.facts dt { color: var(--soft); } dl.facts dd { margin: 0; overflow-wrap: anywhere; }
dl.facts div.wide { grid-column: 1 / -1; }
ol.steps { list-style: none; display: flex; flex-wrap: wrap; gap: .3rem 0; padding: 0; margin: .7rem 0; font-size: .9rem; }
ol.steps li { display: flex; align-items: center; white-space: nowrap; } ol.steps li + li::before { content: attr(data-gap); color: var(--soft); font-size: .8rem; padding: 0 .6rem; border-bottom: 2px solid var(--line); margin: 0 .5rem; }
ol.steps b { font-weight: 600; margin-right: .4rem; } ol.steps time { color: var(--soft); font-variant-numeric: tabular-nums; }
.run-again code { background: var(--plain); padding: .15rem .4rem; border-radius: .3rem; }
.files { columns: 24rem; column-gap: 2rem; list-style: none; padding: 0; margin: 0; } .files li { break-inside: avoid; overflow-wrap: anywhere; padding: .05rem 0; }
details.test { background: var(--card); border: 1px solid var(--line); border-radius: .4rem; margin: .3rem 0; padding: .35rem .7rem; overflow-wrap: anywhere; } details.test summary { cursor: pointer; }
details.test pre { white-space: pre-wrap; overflow-wrap: anywhere; max-height: 30rem; overflow-y: auto; margin: .5rem 0 .2rem; font-size: .82rem; }
.log { background: var(--card); border: 1px solid var(--line); border-radius: .5rem; padding: .4rem 0; font: .8rem/1.5 ui-monospace, Menlo, Consolas, monospace; overflow-x: auto; }
.log .l { display: grid; grid-template-columns: 4.4rem minmax(0, 1fr); scroll-margin-top: 4rem; } .log .l > a { text-align: right; color: var(--soft); text-decoration: none; padding: 0 .7rem 0 .2rem; user-select: none; }
.log .l > span { white-space: pre-wrap; overflow-wrap: anywhere; padding-right: .6rem; tab-size: 8; min-height: 1.5em; } .log .l.hit { background: var(--badbg); } .log .l.hit > a { color: var(--bad); font-weight: 700; }
.log .l:target, .log .l.picked { background: var(--mark); }
.log .none { padding: .2rem 1rem; color: var(--soft); font-family: system-ui, sans-serif; }
.logbar { display: flex; flex-wrap: wrap; gap: .3rem 1rem; align-items: baseline; margin: .4rem 0; font-size: .9rem; color: var(--soft); }
.hits { display: flex; flex-wrap: wrap; gap: .2rem .6rem; font-size: .85rem; margin: .3rem 0; font-variant-numeric: tabular-nums; }
.ab { font-weight: 700; } .ad { opacity: .75; } .ai { font-style: italic; } .au { text-decoration: underline; }
${[0, 1, 2, 3, 4, 5, 6, 7].map((n) => `.f${n}, .f${n + 8} { color: var(--t${n}); } .b${n}, .b${n + 8} { background: color-mix(in srgb, var(--t${n}) 25%, transparent); }`).join(' ')}
@media (max-width: 60rem) { .jobs .c-start { width: 6rem; } .jobs .c-job { width: 34%; } }
@media (max-width: 40rem) {
  form.filter label { flex: 1 1 40%; } form.filter input, form.filter select, form.filter input[name] { width: 100%; max-width: none; }
  .jobs tr { display: grid; grid-template-columns: 1fr auto auto; gap: .1rem .6rem; padding: .45rem .8rem; } .jobs td { padding: 0; width: auto; } .jobs td.links, .jobs td.c-job, .jobs td.c-refs { grid-column: 1 / -1; } .jobs td.c-state { grid-row: 1; } .jobs td.c-start { grid-row: 1; } .jobs td.c-took { grid-row: 1; }
  .title .acts { margin-left: 0; } .log { font-size: .74rem; } .log .l { grid-template-columns: 3.2rem minmax(0, 1fr); } .log .l > a { padding-right: .45rem; }
}
@media (prefers-reduced-motion: no-preference) { .state.busy i { animation: breathe 2s ease-in-out infinite; } @keyframes breathe { 50% { opacity: .45; } } }
`;
