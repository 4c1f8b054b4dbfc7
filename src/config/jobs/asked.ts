import { commandText } from '../../core/markdown.js';
import { pattern } from '../../core/re2.js';

/** The fixed commands (plugins-policy 4.1.3); those of jobs come from their own triggers. */
export const TEST_ALL = pattern('(?m)^/test all,?($|\\s.*)');
export const RETEST = pattern('(?m)^/retest\\s*$');
export const RETEST_REQUIRED = pattern('(?m)^/retest-required\\s*$');
export const MANUAL_REQUIRED = pattern('(?m)^/test-manual-required\\s*$');
export const OK_TO_TEST = pattern('(?m)^/ok-to-test\\s*$');
export const CANCEL = pattern('(?m)^/ok-to-test\\s+cancel\\s*$');
export const HELP = pattern('(?m)^/test[ \\t]*\\?\\s*$');
const EMPTY_TEST = pattern('(?m)^/test\\s*$');
const RETEST_TARGET = pattern('(?m)^/retest[ \\t]+\\S+');
export const TEST_TARGET = pattern('(?m)^/test[ \\t]+\\S+');
const ANY_TEST = pattern('(?m)^/(?:re)?test\\b');

/** Which of the fixed commands a comment holds. */
export interface Asked {
  readonly testAll: boolean;
  readonly retest: boolean;
  readonly retestRequired: boolean;
  readonly manualRequired: boolean;
  readonly okToTest: boolean;
  readonly cancel: boolean;
  readonly help: boolean;
  readonly emptyTest: boolean;
  readonly retestTarget: boolean;
  readonly testTarget: boolean;
}

export function readAsked(text: string): Asked {
  return {
    testAll: TEST_ALL.test(text),
    retest: RETEST.test(text),
    retestRequired: RETEST_REQUIRED.test(text),
    manualRequired: MANUAL_REQUIRED.test(text),
    okToTest: OK_TO_TEST.test(text),
    cancel: CANCEL.test(text),
    help: HELP.test(text),
    emptyTest: EMPTY_TEST.test(text),
    retestTarget: RETEST_TARGET.test(text),
    testTarget: TEST_TARGET.test(text),
  };
}

/** Whether there is anything to do but for the triggers of jobs. */
export function asksAnything(asked: Asked): boolean {
  return Object.values(asked).some(Boolean);
}

/** Whether former help has served its purpose. */
export function outdatesHelp(text: string): boolean {
  return ANY_TEST.test(text);
}

/** A comment without what is quoted as code or hidden, which asks for nothing. */
export function withoutFences(body: string): string {
  return commandText(body);
}
