/** What a reply looks like (plugins-policy 1.9). All text that a person reads is made here or in the plugin; nothing here does I/O. */

/** Where a reply sends people; an installation may have its own. */
export interface ReplyLinks {
  /** How to work with the bot in comments. */
  readonly instructions: string;
  /** Where to report that the bot misbehaves. */
  readonly problems: string;
  /** The list of commands. */
  readonly commands: string;
}

export const defaultLinks: ReplyLinks = {
  instructions: 'https://git.k8s.io/community/contributors/guide/pull-requests.md',
  problems: 'https://github.com/kubernetes-sigs/prow/issues/new?title=Prow%20issue:',
  commands: 'https://go.k8s.io/bot-commands',
};

/** Whoever wrote what is answered. */
export interface Asked {
  readonly user: { readonly login: string };
  readonly body: string;
  readonly url: string;
}

function about({ instructions, problems }: ReplyLinks): string {
  return `This is an automated message. [How to talk to me in comments](${instructions}); [report a problem with me](${problems}).`;
}

/** The longer standard text, which also names the list of commands. */
export function aboutWithCommands(links: ReplyLinks = defaultLinks): string {
  return `${about(links)} I understand [these commands](${links.commands}).`;
}

/** Every line quoted, so that no command in it counts again; CR characters stay. */
export function quote(text: string): string {
  return text.split('\n').map((line) => `>${line}`).join('\n');
}

/** `@login: message` and, folded away, why. */
export function replyWithReason(login: string, message: string, reason: string, links: ReplyLinks = defaultLinks): string {
  return `@${login}: ${message}\n\n<details>\n\n${reason}\n\n${about(links)}\n</details>`;
}

/** Answers a comment: mentions its author and quotes it. */
export function replyTo(asked: Asked, message: string, links: ReplyLinks = defaultLinks): string {
  return replyWithReason(asked.user.login, message, `In answer to [this](${asked.url}):\n\n${quote(asked.body)}\n`, links);
}

/** A message to nobody in particular. */
export function plainReply(message: string, links: ReplyLinks = defaultLinks): string {
  return `${message}\n\n<details>\n\n${about(links)}\n</details>`;
}
