import type { BranchRules, Method, RequiredCheck } from '../../core/ports/merging.js';
import { nodesOf } from './tideMap.js';

/** A branch's rules as GraphQL shows them. */
export interface RawRef {
  readonly refUpdateRule?: { readonly requiredStatusCheckContexts?: readonly (string | null)[] | null; readonly requiresLinearHistory?: boolean } | null;
  readonly branchProtectionRule?: {
    readonly requiresStatusChecks?: boolean;
    readonly requiresStrictStatusChecks?: boolean;
    readonly requiresLinearHistory?: boolean;
    readonly requiredStatusChecks?: readonly { readonly context: string; readonly app?: { readonly databaseId?: number | null } | null }[] | null;
  } | null;
  readonly rules?: { readonly nodes?: readonly (RawRule | null)[] | null } | null;
}

interface RawRule {
  readonly type: string;
  readonly parameters?: {
    readonly strictRequiredStatusChecksPolicy?: boolean;
    readonly requiredStatusChecks?: readonly { readonly context: string; readonly integrationId?: number | null }[];
    readonly allowedMergeMethods?: readonly string[] | null;
  } | null;
}

/** What protection and rulesets say; what the repository itself allows comes apart. */
export interface ReadRules extends Omit<BranchRules, 'methods'> {
  /** What rulesets allow; undefined: all. */
  readonly methods: readonly string[] | undefined;
}

/** Unites protection and rulesets: whatever one of them asks for is asked for. */
export function uniteRules({ refUpdateRule, branchProtectionRule: protection, rules }: RawRef): ReadRules {
  const all = nodesOf(rules);
  const ruled = all.filter(({ type }) => type === 'REQUIRED_STATUS_CHECKS');
  const checks = new Map<string, RequiredCheck>();
  const require = (context: string, appId: number | null | undefined): void => {
    // An App id below zero means "any App".
    const check = { context, appId: appId === null || appId === undefined || appId < 0 ? undefined : appId };
    checks.set(`${context}\0${check.appId ?? ''}`, check);
  };
  if (protection?.requiresStatusChecks) for (const { context, app } of protection.requiredStatusChecks ?? []) require(context, app?.databaseId);
  for (const { parameters } of ruled) for (const { context, integrationId } of parameters?.requiredStatusChecks ?? []) require(context, integrationId);
  // Names only, so they count where nothing more exact is known of them.
  const named = new Set([...checks.values()].map(({ context }) => context));
  for (const context of refUpdateRule?.requiredStatusCheckContexts ?? []) if (context !== null && !named.has(context)) require(context, undefined);
  const limited = all.flatMap(({ type, parameters }) => (type === 'PULL_REQUEST' && parameters?.allowedMergeMethods ? [parameters.allowedMergeMethods.map((one) => one.toLowerCase())] : []));
  return {
    required: [...checks.values()],
    strict: (protection?.requiresStatusChecks ?? false) && (protection?.requiresStrictStatusChecks ?? false) || ruled.some(({ parameters }) => parameters?.strictRequiredStatusChecksPolicy ?? false),
    linearHistory: Boolean(refUpdateRule?.requiresLinearHistory) || Boolean(protection?.requiresLinearHistory) || all.some(({ type }) => type === 'REQUIRED_LINEAR_HISTORY'),
    methods: limited.length === 0 ? undefined : limited.reduce((left, some) => left.filter((one) => some.includes(one))),
  };
}

/** The methods that repository, rulesets and a linear history leave. */
export function methodsOf(allowed: Readonly<Record<Method, boolean>>, { methods, linearHistory }: Pick<ReadRules, 'methods' | 'linearHistory'>): readonly Method[] {
  return (['merge', 'squash', 'rebase'] as const).filter((method) => allowed[method] && (methods?.includes(method) ?? true) && !(linearHistory && method === 'merge'));
}
