/** Reads an answer's list of reasons back from each medium, as a person does. */

/** What each reason says, and who or what clears it. */
export type Items = readonly (readonly [text: string, clearedBy: string])[];

/** Invisible signs and code marks are not read, and white space is white space. */
export const read = (text: string): string => text.replace(/\u200b/g, '').replaceAll('`', '').replaceAll('ˋ', '').replace(/\s+/g, ' ');

const entities = (text: string): string => text.replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&quot;', '"').replaceAll('&#39;', "'").replaceAll('&amp;', '&');
const matches = (text: string, pattern: RegExp, plain: (text: string) => string): Items => [...text.matchAll(pattern)].map(([, said = '', cleared = '']) => [plain(said), plain(cleared)]);

/** Of the check's summary and of the comment. */
export const itemsOfMarkdown = (text: string): Items =>
  matches(text, /^- (.*?)\. Cleared by: (.*?)\.(?: Since [^.]*\.)?(?: \[Details\]\(\S*\))?$/gm, (part) => read(part.replace(/\\([^\w\s])/g, '$1')));

/** Of Slack's blocks. */
export const itemsOfSlack = (blocks: readonly Readonly<{ type: string; text?: Readonly<{ text: string }> }>[]): Items =>
  blocks.flatMap(({ text }) => matches(text?.text ?? '', /^• (.*) _\(cleared by (.*)\)_/g, (part) => read(entities(part.replace(/^<[^|]*\|(.*)>$/, '$1')))));

/** Of what `prow tide why` prints. */
export const itemsOfTerminal = (text: string): Items => matches(text, /^- (.*?); cleared by (.*?)(?:; for \d+ \w+)?(?:; https?:\S+)?$/gm, read);

/** Of the page `/pr`. */
export const itemsOfPage = (html: string): Items =>
  matches(html, /<p>((?:(?!<\/p>).)*)<\/p><p class="why">Cleared by (.*?)(?: \(for \d+ \w+\))?<\/p>/gs, (part) => read(entities(part.replace(/<[^>]*>/g, ''))));

/** Of `/pr.js` and `prow tide why --output=json`. */
export const itemsOfJson = (answer: object): Items =>
  (answer as { readonly reasons?: readonly Readonly<{ text: string; clearedBy: string }>[] }).reasons?.map(({ text, clearedBy }) => [read(text), read(clearedBy)]) ?? [];
