import { pattern } from './re2.js';

/**
 * What makes GitHub close an issue once it is merged: a keyword, then `#1`, `org/repo#1`, `GH-1` or an issue's address. The keyword is a word of its
 * own, so `prefix #12` closes nothing (plugins-policy 4.22, K26).
 */
const CLOSING = pattern('(?i)\\b(?:close[sd]?|fix(?:es|ed)?|resolve[sd]?)[\\s:]+(?:(?:[\\w.-]+/[\\w.-]+)?#\\d|GH-\\d|https?://[^\\s/]+/[\\w.-]+/[\\w.-]+/(?:issues|pull)/\\d)');

/** Whether a commit message or title closes issues by itself. */
export function closesIssues(text: string): boolean {
  return CLOSING.test(text);
}
