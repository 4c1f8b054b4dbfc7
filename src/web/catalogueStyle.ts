/** What the pages of commands and plugins look like. */
export const CATALOGUE_CSS = `
.catalogue { table-layout: fixed; } .catalogue td { overflow-wrap: anywhere; }
.catalogue th:nth-child(1) { width: 34%; } .catalogue th:nth-child(3) { width: 22%; } .catalogue th:nth-child(4) { width: 10rem; }
.catalogue tr:target, .card:target { outline: 2px solid var(--focus); outline-offset: -2px; }
.catalogue .label { display: none; color: var(--soft); }
.catalogue .who { color: var(--soft); font-size: .9rem; }
.examples { list-style: none; margin: .2rem 0 0; padding: 0; display: flex; flex-wrap: wrap; gap: .1rem .8rem; color: var(--soft); font-size: .9rem; }
a.usage { text-decoration: none; font-weight: 600; } a.usage:hover { text-decoration: underline; }
.card .words { margin: .2rem 0; white-space: pre-line; overflow-wrap: anywhere; }
.card summary { cursor: pointer; color: var(--link); }
.card dl { margin: .5rem 0; } .card dl > div { padding: .3rem 0; border-top: 1px solid var(--line); } .card dt { color: var(--soft); font-size: .85rem; } .card dd { margin: 0; overflow-wrap: anywhere; }
.card dd a.usage { display: block; }
.snippet { overflow-x: auto; background: var(--plain); border-radius: .4rem; padding: .6rem; font-size: .85rem; }
@media (max-width: 40rem) { .catalogue .label { display: inline; } .catalogue td { padding: .15rem .8rem; } }
`;
