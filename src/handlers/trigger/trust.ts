import type { TriggerEntry } from '../../config/plugins/schema.js';
import type { IssueRef } from '../../core/ids.js';
import { trusted } from '../../core/trusted.js';
import type { PluginContext } from '../plugin.js';

export const OK_TO_TEST = 'ok-to-test';
export const NEEDS_OK_TO_TEST = 'needs-ok-to-test';

export function hasLabel(labels: readonly string[], wanted: string): boolean {
  return labels.some((label) => label.toLowerCase() === wanted);
}

type Reads = Pick<PluginContext, 'github' | 'config' | 'signal'>;

/** Whether the label `ok-to-test` means anything. Where vouching is turned off it does not (K9), but with upstream's style, as there. */
export function vouchingCounts({ ignore_ok_to_test }: TriggerEntry, { config }: Pick<PluginContext, 'config'>): boolean {
  return !ignore_ok_to_test || config.plugins.comment_style === 'upstream';
}

/** Whether somebody may start tests; `labels`: as they were read to find out. */
export type MayStart = Readonly<{ kind: 'yes'; why: string | undefined; labels: readonly string[] | undefined } | { kind: 'no'; why: string }>;

/** Trusted people may start the tests of any pull request, others those of a trusted one (plugins-policy 4.1.3). `why` somebody is not trusted. */
export async function mayStart({ who, author }: Readonly<{ who: string; author: string }>, issue: IssueRef, entry: TriggerEntry, reads: Reads): Promise<MayStart> {
  const asker = await trusted(who, issue, entry, reads);
  if (asker.trusted) return { kind: 'yes', why: undefined, labels: undefined };
  const pull = await trustedPull(author, issue, entry, reads);
  return pull.trusted ? { kind: 'yes', why: asker.why, labels: pull.labels } : { kind: 'no', why: asker.why };
}

/** `labels`: as they were read to find out; undefined where the author alone decided. */
export type PullTrust = Readonly<{ trusted: boolean; labels: readonly string[] | undefined }>;

/**
 * Whether the code of a pull request may run (plugins-policy 3.1): its author is trusted, or somebody vouched for it. Labels are read
 * afresh: a payload is as old as its delivery, and this is about running a stranger's code.
 */
export async function trustedPull(author: string, issue: IssueRef, entry: TriggerEntry, reads: Reads): Promise<PullTrust> {
  const { github, signal } = reads;
  if ((await trusted(author, issue, entry, reads)).trusted) return { trusted: true, labels: undefined };
  const labels = await github.labels(issue, { signal });
  return { trusted: vouchingCounts(entry, reads) && hasLabel(labels, OK_TO_TEST), labels };
}
