import { expect, test } from '@jest/globals';
import { elementPattern, generatedByAttributes, readAttributes } from '../../../src/handlers/size/attributes.js';
import { generatedBy, pathsIn, readGenerated } from '../../../src/handlers/size/generated.js';

test.each<{ name: string; content: string; generated: readonly string[]; not: readonly string[] }>([
  { name: 'path: exactly (K15)', content: 'path a/b.go', generated: ['a/b.go'], not: ['b.go', 'x/a/b.go', 'a/b.go.txt'] },
  { name: 'path without a folder is no base name (K15)', content: 'path x', generated: ['x'], not: ['a/x'] },
  { name: 'path-prefix', content: 'path-prefix vendor/', generated: ['vendor/a', 'vendor/b/c'], not: ['a/vendor/b', 'vendored'] },
  { name: 'prefix', content: 'prefix gen', generated: ['gen/x', 'generated.go'], not: ['a/gen'] },
  { name: 'file-prefix', content: 'file-prefix zz_generated.', generated: ['zz_generated.go', 'a/b/zz_generated.x'], not: ['a/zz_generated./x', 'a/azz_generated.go'] },
  { name: 'file-name', content: 'file-name types.swagger', generated: ['types.swagger', 'a/types.swagger'], not: ['a/types.swagger.go'] },
  { name: 'comments, empty lines, white space, CRLF', content: '# path a\r\n\r\n  \t path \t a \r\n', generated: ['a'], not: ['# path a'] },
  { name: 'a list', content: 'paths-from-repo docs/.generated', generated: ['one', 'two/three'], not: ['docs/.generated'] },
])('.generated_files: $name', ({ content, generated, not }) => {
  const read = readGenerated(content);
  expect(read.faults).toEqual([]);
  const tells = generatedBy(read, new Set(read.lists.length > 0 ? pathsIn('# a list\none\r\n\n two/three \n') : []));
  expect([...generated, ...not].filter(tells)).toEqual(generated);
});

test('.generated_files: what cannot be read is named by its line and leaves the rest as it is (K15)', () => {
  const read = readGenerated('path\nnonsense x\npath a b\npath good\nconstructor x\n');
  expect(read.faults.map((fault) => fault.slice(0, 7))).toEqual(['line 1:', 'line 2:', 'line 3:', 'line 5:']);
  expect(generatedBy(read, new Set())('good')).toBe(true);
});

test.each<{ name: string; content: string; generated: readonly string[]; not: readonly string[] }>([
  { name: 'without a slash any element fits', content: '*.pb.go linguist-generated=true', generated: ['a.pb.go', 'x/y/a.pb.go', 'x.pb.go/y'], not: ['a.pb.go.txt', 'a.go'] },
  { name: 'a folder by its name', content: 'vendor linguist-generated=true', generated: ['vendor/a', 'x/vendor/a'], not: ['vendored/a'] },
  { name: 'with a slash from the root', content: 'api/*.json linguist-generated=true', generated: ['api/a.json'], not: ['x/api/a.json', 'api/v1/a.json'] },
  { name: 'a slash at its beginning', content: '/gen.go linguist-generated=true', generated: ['gen.go'], not: ['a/gen.go'] },
  { name: 'a folder and all in it', content: 'api/v1 linguist-generated=true', generated: ['api/v1/a', 'api/v1/b/c'], not: ['api/v2/a'] },
  { name: '** in the middle', content: 'a/**/z.go linguist-generated=true', generated: ['a/z.go', 'a/b/c/z.go'], not: ['z.go', 'a/b'] },
  { name: '** at the beginning', content: '**/z.go linguist-generated=true', generated: ['z.go', 'a/b/z.go'], not: ['zz.go'] },
  { name: '** at the end', content: 'gen/** linguist-generated=true', generated: ['gen/a', 'gen/a/b'], not: ['gen', 'a/gen/b'] },
  { name: '? and classes', content: 'a?.[ch] linguist-generated=true', generated: ['ab.c', 'ab.h'], not: ['a.c', 'ab.o', 'abc.c'] },
  { name: 'a negated class', content: 'a[!0-9] linguist-generated=true', generated: ['ab'], not: ['a1'] },
  { name: 'other attributes beside it', content: '*.x text eol=lf linguist-generated=true -diff', generated: ['a.x'], not: ['a.y'] },
  { name: 'other attributes alone', content: '*.x linguist-vendored=true', generated: [], not: ['a.x'] },
  { name: 'the bare word (K38)', content: '*.x linguist-generated', generated: ['a.x'], not: ['a.y'] },
  { name: 'the last line decides', content: '*.x linguist-generated=true\nkeep.x -linguist-generated\nalso.x linguist-generated=false', generated: ['a.x'], not: ['keep.x', 'b/also.x'] },
  { name: 'comments and short lines', content: '# *.x linguist-generated=true\n*.y\n\n', generated: [], not: ['a.x', 'a.y'] },
])('.gitattributes: $name', ({ content, generated, not }) => {
  const attributes = readAttributes('', content);
  expect(attributes.faults).toEqual([]);
  expect([...generated, ...not].filter(generatedByAttributes([attributes]))).toEqual(generated);
});

test.each(['!a', 'a/', '[a', 'a\\', '[z-a]'])('.gitattributes: %s cannot be read and leaves the rest as it is (K38)', (glob) => {
  const attributes = readAttributes('', `${glob} linguist-generated=true\n*.x linguist-generated=true\n`);
  expect(attributes.faults).toHaveLength(1);
  expect(attributes.faults[0]).toContain(glob);
  expect(generatedByAttributes([attributes])('a.x')).toBe(true);
});

test('.gitattributes of closer folders come after those above (K38)', () => {
  const tells = generatedByAttributes([readAttributes('a/b', 'keep.x -linguist-generated\n'), readAttributes('', '*.x linguist-generated\n'), readAttributes('a', '/only.y linguist-generated')]);
  expect(['a.x', 'a/b/c.x', 'a/b/keep.x', 'keep.x', 'a/only.y', 'only.y', 'a/b/only.y', 'ab/only.y'].filter(tells)).toEqual(['a.x', 'a/b/c.x', 'keep.x', 'a/only.y']);
});

test.each([['a.b', 'a.b', 'axb'], ['a+b', 'a+b', 'aab'], ['\\*', '*', 'a'], ['[]]', ']', '['], ['[a\\]b]', ']', '\\'], ['[a-]', '-', 'b']])('%s fits %s and not %s', (glob, yes, no) => {
  expect(elementPattern(glob).test(yes)).toBe(true);
  expect(elementPattern(glob).test(no)).toBe(false);
});
