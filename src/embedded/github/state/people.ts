/** People, organisations, Apps, and whoever calls: plain data. */

export type AccountType = 'User' | 'Organization' | 'Bot';

export interface Account {
  readonly id: number;
  login: string;
  readonly type: AccountType;
  name: string | null;
  email: string | null;
  readonly createdAt: string;
  /** Whether their status says that they have little time. */
  busy?: boolean;
}

export type OrgRole = 'admin' | 'member';
export type Permission = 'none' | 'read' | 'triage' | 'write' | 'maintain' | 'admin';

export interface Team {
  readonly id: number;
  slug: string;
  name: string;
  description: string | null;
  privacy: 'closed' | 'secret';
  /** The slug of the parent team. */
  parent: string | null;
  readonly members: Map<string, 'member' | 'maintainer'>;
  /** By the id of the repository. */
  readonly repos: Map<number, Permission>;
}

export interface Org {
  readonly account: Account;
  description: string | null;
  defaultPermission: Permission;
  readonly members: Map<string, OrgRole>;
  readonly invitations: Map<string, OrgRole>;
  readonly teams: Map<string, Team>;
}

export interface App {
  readonly id: number;
  readonly slug: string;
  readonly name: string;
  readonly owner: string;
  readonly publicKey: string | null;
  readonly permissions: Readonly<Record<string, string>>;
  readonly events: readonly string[];
  readonly createdAt: string;
}

export interface Installation {
  readonly id: number;
  readonly appId: number;
  /** The login of the organisation or user it is installed on. */
  readonly account: string;
  suspendedAt: string | null;
  readonly createdAt: string;
}

/** A secret that somebody calls with. */
export type Token =
  | { readonly kind: 'personal'; readonly value: string; readonly login: string; readonly scopes: readonly string[] }
  | {
    readonly kind: 'installation';
    readonly value: string;
    readonly installationId: number;
    readonly permissions: Readonly<Record<string, string>>;
    readonly expiresAt: number;
    readonly repositoryIds: readonly number[] | null;
  };

/** Who makes a call or does a thing; `requestId` names the API call. */
export type Who = { readonly requestId?: string } & (
  | { readonly kind: 'anonymous'; readonly login: 'anonymous' }
  | { readonly kind: 'user'; readonly login: string; readonly token?: string }
  | { readonly kind: 'app'; readonly login: string; readonly appId: number }
  | {
    readonly kind: 'installation';
    readonly login: string;
    readonly appId: number;
    readonly installationId: number;
    readonly permissions: Readonly<Record<string, string>>;
    readonly repositoryIds: readonly number[] | null;
    readonly token?: string;
  });
