import { pattern, type Pattern } from '../../core/re2.js';

/** One line of a `.prowignore` file: gitignore syntax. */
export interface IgnoreRule {
  readonly negated: boolean;
  readonly folderOnly: boolean;
  /** Matches a path relative to the folder of the file. */
  readonly expression: Pattern;
}

/** The rules of a `.prowignore` file in order; comments and empty lines are none. */
export function parseIgnore(text: string): readonly IgnoreRule[] {
  return text.split(/\r?\n/).flatMap((line) => {
    const rule = line.replace(/(?<!\\)\s+$/, '');
    if (rule === '' || rule.startsWith('#')) return [];
    const negated = rule.startsWith('!');
    const body = (negated ? rule.slice(1) : rule).replace(/^\\(?=[#!])/, '');
    const folderOnly = body.endsWith('/');
    const bare = folderOnly ? body.slice(0, -1) : body;
    const anchored = bare.includes('/');
    return [{ negated, folderOnly, expression: globExpression(bare.replace(/^\//, ''), anchored) }];
  });
}

/** Whether the last rule that matches a relative path ignores it; undefined when none matches. */
export function ignored(rules: readonly IgnoreRule[], path: string, kind: 'file' | 'folder'): boolean | undefined {
  const last = rules.findLast((rule) => (kind === 'folder' || !rule.folderOnly) && rule.expression.test(path));
  return last && !last.negated;
}

function globExpression(glob: string, anchored: boolean): Pattern {
  let out = '';
  for (let at = 0; at < glob.length; at++) {
    const rest = glob.slice(at);
    if (rest.startsWith('**/')) {
      out += '(?:[^/]+/)*';
      at += 2;
    } else if (rest === '**') {
      out += '.+';
      at += 1;
    } else if (rest.startsWith('*')) {
      out += '[^/]*';
      while (glob[at + 1] === '*') at++;
    } else if (rest.startsWith('?')) out += '[^/]';
    else if (rest.startsWith('\\') && rest.length > 1) out += escaped(glob[++at] ?? '');
    else {
      const set = /^\[(!|\^)?(\]?[^\]\\/]*)\]/.exec(rest);
      if (set) {
        out += `[${set[1] ? '^' : ''}${(set[2] ?? '').replace(/[\][\\^]/g, '\\$&')}]`;
        at += set[0].length - 1;
      } else out += escaped(rest.charAt(0));
    }
  }
  return pattern(`(?s)^${anchored ? '' : '(?:.*/)?'}${out}$`);
}

function escaped(character: string): string {
  return /^[!-\/:-@[-`{-~]$/.test(character) ? `\\${character}` : character;
}
