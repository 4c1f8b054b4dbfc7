import { expect, test } from '@jest/globals';
import { ansiLine } from '../../../src/web/jobs/ansi.js';

const E = '\u001b';
test.each<[name: string, line: string, html: string]>([
  ['plain text is escaped', '<script>"x"&\'y\'', '&lt;script&gt;&quot;x&quot;&amp;&#39;y&#39;'],
  ['colours', `${E}[31mred${E}[0m plain ${E}[1;92mgreen`, '<span class="f1">red</span> plain <span class="ab f10">green</span>'],
  ['256 colours', `${E}[38;5;196mx${E}[48;5;3my`, '<span data-fg="#ff0000">x</span><span class="b3" data-fg="#ff0000">y</span>'],
  ['24 bits', `${E}[38;2;1;2;255mx`, '<span data-fg="#0102ff">x</span>'],
  ['nonsense in a colour', `${E}[38;5;999mx${E}[38;2;1;"onload=;mz`, 'xnload=;mz'],
  ['codes never closed, and titles of windows', `${E}]0;title\u0007a${E}[2K${E}[1Ab${E}`, 'ab'],
  ['a line written over keeps its last', `10%\r50%\r${E}[32m100%\r`, '<span class="f2">100%</span>'],
  ['control characters vanish', 'a\u0000\u0008b\tc', 'ab\tc'],
])('%s', (_name, line, html) => expect(ansiLine(line).html).toBe(html));

test('a colour goes on in the next line', () => {
  const { style } = ansiLine(`${E}[33mfirst`);
  expect(ansiLine('second', style).html).toBe('<span class="f3">second</span>');
});
