/** What the pages about merging look like; names of colours come from the frame. */
export const TIDE_CSS = `
.answer .title h2 a { text-decoration: none; }
ol.reasons { list-style: none; margin: .4rem 0 0; padding: 0; }
ol.reasons li { display: grid; grid-template-columns: 1.5rem minmax(0, 1fr); gap: 0 .3rem; border-top: 1px solid var(--line); padding: .45rem 0; overflow-wrap: anywhere; }
ol.reasons li > i { font-style: normal; font-weight: 700; text-align: center; color: var(--soft); } ol.reasons li.bad > i { color: var(--bad); } ol.reasons li.busy > i { color: var(--busy); }
ol.reasons p { margin: 0; white-space: pre-line; }
.pools { align-items: start; } .answer .title { margin-top: .2rem; } .card li ol.reasons li { border-top: 0; padding: .15rem 0; }
.standing { font-size: 1.05rem; margin: .5rem 0 .2rem; }
.when { margin: .6rem 0 0; padding: .5rem .8rem; background: var(--plain); border-radius: .4rem; }
.card li .when { padding: 0; margin: .15rem 0 0; background: none; color: var(--ink); font-size: .9rem; }
.card li > .head { display: flex; flex-wrap: wrap; gap: .1rem .5rem; align-items: baseline; } .card li > .head > span:first-child { min-width: 0; overflow-wrap: anywhere; flex: 1 1 9rem; } .card li > .head > span.end { flex: none; display: flex; gap: .5rem; align-items: baseline; }
.stamp { color: var(--soft); font-size: .85rem; margin: .8rem 0 0; overflow-wrap: anywhere; } .stamp a + a { margin-left: .7rem; }
form.search { display: flex; gap: .5rem; margin: 1rem 0 .6rem; } form.search input { font: inherit; flex: 1 1 auto; min-width: 0; color: var(--ink); background: var(--card); border: 1px solid var(--line); border-radius: .35rem; padding: .2rem .6rem; height: 2rem; }
ul.queries { padding-left: 1.2rem; } ul.queries li { overflow-wrap: anywhere; margin: .35rem 0; } ul.queries .chip { white-space: normal; }
`;
