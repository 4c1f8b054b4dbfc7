import { gzipSync } from 'node:zlib';

/** A file of configuration that means no good, and the first thing that is said of it; `fine` where upstream takes it, too. */
export interface Nasty {
  readonly name: string;
  readonly content: string | Buffer;
  readonly want: 'fine' | readonly [place: string, message: RegExp];
}

const times = (count: number, line: (n: number) => string): string => Array.from({ length: count }, (_, n) => line(n)).join('');
const deeply = /^nested too deeply, expected at most 200 levels/;
const notText = /^expected text in UTF-8 without control characters, found /;

/** Each is one of the files in a folder of jobs. They are many and small. */
export const JOB_FILES: readonly Nasty[] = [
  { name: 'laughs', content: `a0: &a0 [${'ha, '.repeat(9)}ha]\n${times(11, (n) => `a${n + 1}: &a${n + 1} [${`*a${n}, `.repeat(9)}*a${n}]\n`)}`, want: ['4:20', /^the aliases stand for too many values$/] },
  { name: 'merge-bomb', content: `m0: &m0 {k: v}\n${times(11, (n) => `m${n + 1}: &m${n + 1}\n  <<: [${`*m${n}, `.repeat(9)}*m${n}]\n  k${n}: v\n`)}`, want: ['9:53', /^the aliases stand for too many values$/] },
  { name: 'merge-wide', content: `big: &big {${times(2_000, (n) => `k${n}: v, `)}}\n${times(2_000, (n) => `u${n}: {<<: *big}\n`)}`, want: ['101:11', /^the aliases stand for too many values$/] },
  { name: 'merge-chain', content: `m0: &m0 {k: v}\n${times(3_000, (n) => `m${n + 1}: &m${n + 1} {<<: *m${n}}\n`)}`, want: ['200:18', deeply] },
  { name: 'recursive-map', content: 'x: 1\na: &a {b: *a}\n', want: ['2:11', /^the anchor a contains itself$/] },
  { name: 'recursive-merge', content: 'a: &a {<<: *a, b: 1}\n', want: ['1:12', /^the anchor a contains itself$/] },
  { name: 'no-anchor', content: 'a: 1\nb: *nope\n', want: ['2:4', /^there is no anchor nope before this$/] },
  { name: 'deep-lists', content: `x: ${'['.repeat(100_000)}${']'.repeat(100_000)}`, want: ['1:202', deeply] },
  { name: 'deep-lists-open', content: `x: ${'['.repeat(100_000)}`, want: ['1:202', deeply] },
  { name: 'deep-maps', content: `x: ${'{a: '.repeat(100_000)}${'}'.repeat(100_000)}`, want: ['1:796', deeply] },
  { name: 'deep-dashes', content: `${'- '.repeat(100_000)}a`, want: ['1:399', deeply] },
  { name: 'deep-block', content: times(3_000, (n) => `${' '.repeat(n)}a:\n`), want: ['200:200', deeply] },
  { name: 'deep-questions', content: `${'? '.repeat(20_000)}\n`, want: ['1:399', deeply] },
  { name: 'nul', content: 'periodics: []\nx: a\0b\n', want: ['2:5', notText] },
  { name: 'binary', content: Buffer.from(Array.from({ length: 5_000 }, (_, n) => (n * 7_919 + 13) % 256)), want: ['2:1', notText] },
  { name: 'not-utf8', content: Buffer.from('periodics: []\nx: \xff\xfe\n', 'latin1'), want: ['2:4', notText] },
  { name: 'utf16', content: Buffer.from('\ufeffperiodics: []\n', 'utf16le'), want: ['1:1', notText] },
  { name: 'half-gzip', content: gzipSync('periodics: []').subarray(0, 10), want: ['1:1', /^cannot be read: unexpected end of file$/] },
  { name: 'bom', content: '\ufeffperiodics: 5\n', want: ['1:13', /^expected array, found number$/] },
  { name: 'bom-fine', content: '\ufeffperiodics: []\n', want: 'fine' },
  { name: 'crlf', content: 'presets: []\r\nperiodics: 5\r\n', want: ['2:12', /^expected array, found number$/] },
  { name: 'lone-cr', content: 'presets: []\rperiodics: 5\r', want: ['2:12', /^expected array, found number$/] },
  { name: 'tabs', content: 'presubmits:\n\to/r: []\n', want: ['2:1', /[Tt]abs? /] },
  { name: 'second-document', content: 'periodics: []\n---\nperiodics: {\n', want: 'fine' },
  { name: 'directive', content: '%YAML 1.1\n---\nperiodics: 5\n', want: ['3:12', /^expected array, found number$/] },
  { name: 'tag-binary', content: 'periodics: !!binary aGVsbG8=\n', want: ['1:21', /^expected array, found string$/] },
  { name: 'tag-function', content: "periodics: !!js/function 'function () { process.exit(7) }'\n", want: ['1:26', /^expected array, found string$/] },
  { name: 'tag-python', content: "prow_ignored: !!python/object/apply:os.system ['exit 7']\n", want: 'fine' },
  { name: 'tag-unknown', content: 'periodics: !mine []\n', want: 'fine' },
  { name: 'tag-set', content: 'presubmits: !!set {o/r}\n', want: 'fine' },
  { name: 'tag-integer', content: 'periodics: [{name: a, interval: 1h, spec: {containers: [{}]}, max_concurrency: !!int many}]\n', want: ['1:86', /^expected number, found string$/] },
  { name: 'huge-integer', content: `prow_ignored: ${'9'.repeat(100_000)}\n`, want: ['1:15', /^expected a finite number, found 9{200,}…9+$/] },
  { name: 'large-integer', content: 'periodics: [{name: b, interval: 1h, spec: {containers: [{}]}, max_concurrency: 99999999999999999999}]\n', want: ['1:80', /Too big/] },
  { name: 'infinite', content: 'prow_ignored: [.inf]\n', want: ['1:16', /^expected a finite number, found \.inf$/] },
  { name: 'prototypes', content: '__proto__: {periodics: 5}\nconstructor: {a: 1}\nperiodics: 5\n', want: ['3:12', /^expected array, found number$/] },
  { name: 'list-as-key', content: 'prow_ignored: {[a]: b}\n', want: ['1:16', /^expected a text as key, found a list$/] },
  { name: 'quote-without-end', content: `prow_ignored: "${'\\'.repeat(100_000)}\n`, want: ['2:1', /^Missing closing "quote/] },
  { name: 'many-anchors', content: `prow_ignored: ${'&a '.repeat(10_000)}\n`, want: ['1:18', /at most one anchor/] },
  { name: 'duration', content: `periodics: [{name: c, interval: ${'1h'.repeat(200_000)}x, spec: {containers: [{}]}}]\n`, want: ['1:33', /^c: expected a duration like 1h30m, found "1h1h/] },
  { name: 'cron', content: "periodics: [{name: d, cron: '0-99999999999/1 * * * *', spec: {containers: [{}]}}]\n", want: ['1:29', /^d: .* is no cron text/] },
  { name: 'regex-large', content: 'presubmits: {o/r: [{name: e, run_if_changed: "((a{0,1000}){0,1000}){0,1000}", spec: {containers: [{}]}}]}\n', want: ['1:46', /^expected an RE2 expression: error parsing regexp/] },
  { name: 'regex-deep', content: `presubmits: {o/r: [{name: f, branches: ["${'('.repeat(10_000)}${')'.repeat(10_000)}"], spec: {containers: [{}]}}]}\n`, want: ['1:41', /^expected an RE2 expression: error parsing regexp: expression nests too deeply/] },
  { name: 'regex-backtracking', content: 'presubmits: {o/s: [{name: g, trigger: "(x+x+)+y", rerun_command: "' + 'x'.repeat(5_000) + '", spec: {containers: [{}]}}]}\n', want: ['1:66', /^g: .* does not match the trigger/] },
  { name: 'empty', content: '', want: 'fine' },
  { name: 'comments', content: '# nothing\n# here\n', want: 'fine' },
  { name: 'mark', content: '---\n', want: 'fine' },
  { name: 'null', content: 'null\n', want: 'fine' },
  { name: 'scalar', content: 'just text\n', want: ['1:1', /^expected object, found string$/] },
  { name: 'list', content: '- a\n- b\n', want: ['1:1', /^expected object, found array$/] },
];

/** Large files of jobs, one process each. Of all but the last upstream takes whatever it knows. */
export const LARGE_FILES: readonly Nasty[] = [
  { name: 'unknown-keys', content: times(60_000, (n) => `unknown${n}: ${n}\n`), want: 'fine' },
  { name: 'unknown-keys-of-one-anchor', content: `x: &a {b: 1}\n${times(60_000, (n) => `unknown${n}: *a\n`)}`, want: 'fine' },
  { name: 'repeated-keys', content: 'prow_ignored: info\n'.repeat(200_000), want: 'fine' },
  { name: 'long-line', content: `prow_ignored: ${'x'.repeat(10_000_000)}\nperiodics: 5`, want: ['2:12', /^expected array, found number$/] },
  { name: 'long-quotes', content: `prow_ignored: "${'x\\n'.repeat(2_000_000)}"\nperiodics: 5`, want: ['2:12', /^expected array, found number$/] },
  { name: 'long-list', content: `prow_ignored: [${'a, '.repeat(1_000_000)}]`, want: ['1:1125011', /^too large a file for what is in it/] },
];

/** Still larger ones. */
export const HUGE_FILES: readonly Nasty[] = [
  { name: 'unknown-keys-and-anchors', content: times(60_000, (n) => `u${n}: &a${n} {b: 1}\nv${n}: *a${n}\n`), want: 'fine' },
  { name: 'repeated-keys-of-one-anchor', content: `x: &a info\n${'prow_ignored: *a\n'.repeat(200_000)}`, want: 'fine' },
  { name: 'zip-bomb', content: gzipSync(Buffer.alloc(400_000_000, '#'), { level: 1 }), want: ['1:1', /^cannot be read: Cannot create a Buffer larger than/] },
  { name: 'many-jobs', content: `presubmits:\n  o/r:\n${times(1_500, (n) => `  - {name: a${n}, context: c, branches: [b${n}], decorate: false, spec: {containers: [{}]}}\n`)}`, want: 'fine' },
  { name: 'many-presets', content: `presets:\n${times(5_000, (n) => `- {env: [{name: e${n}, value: v}]}\n`)}periodics:\n${times(50, (n) => `- {name: j${n}, interval: 1h, spec: {containers: [{}]}}\n`)}`, want: 'fine' },
];

const template = (text: string) => `slack_reporter_configs: {"*": {channel: c, report_template: '${text}'}}\n`;
const fails = (why: string) => new RegExp(`^fails on a ProwJob in which nothing is set, .*: ${why}`);

/** Each is a config.yaml. */
export const CONFIGS: readonly Nasty[] = [
  { name: 'template-range', content: template('{{range 100000}}{{range 100000}}x{{end}}{{end}}'), want: ['1:61', fails('more than 200000 steps')] },
  { name: 'template-growth', content: template('{{$x := "aaaaaaaaaaaaaaaa"}}{{range 100}}{{$x = printf "%s%s" $x $x}}{{end}}'), want: ['1:61', fails('a text of more than 1048576 characters')] },
  { name: 'template-padding', content: template('{{range 1000}}{{printf "%1000002d" 1}}{{end}}'), want: ['1:61', fails('printf pads with more than 1000000 characters')] },
  { name: 'template-circle', content: template('{{define "a"}}{{template "a"}}{{template "a"}}{{end}}{{template "a"}}'), want: ['1:61', fails('templates call one another more than 100 deep')] },
  { name: 'template-deep', content: `plank: {job_url_template: "${'{{if .}}'.repeat(20_000)}${'{{end}}'.repeat(20_000)}"}\n`, want: ['1:27', /^expected a Go template: nested too deeply, expected at most 200 levels/] },
  { name: 'template-parentheses', content: `plank: {job_url_template: "{{${'('.repeat(20_000)}1${')'.repeat(20_000)}}}"}\n`, want: ['1:27', /^expected a Go template: nested too deeply, expected at most 200 levels/] },
  { name: 'template-spaces', content: `plank: {job_url_template: "{{1}}${' '.repeat(100_000)}x{{- 1}}"}\n`, want: 'fine' },
  { name: 'denylist', content: `owners_dir_denylist: {default: ["${'a{1000}'.repeat(2_000)}"]}\n`, want: ['1:33', /^expected an RE2 expression: error parsing regexp: expression too large/] },
  { name: 'queries', content: `tide: {queries: [{orgs: [${times(20_000, (n) => `o${n}, `)}o7]}]}\n`, want: ['1:148916', /^expected each entry once, found "o7" again$/] },
  { name: 'selector', content: `deck: {external_agent_logs: [{selector: "${'a in ('.repeat(50_000)}"}]}\n`, want: ['1:41', /^expected a label selector/] },
  { name: 'url', content: `github: {link_url: "http://${'['.repeat(100_000)}"}\n`, want: ['1:20', /^expected a URL, found /] },
];
