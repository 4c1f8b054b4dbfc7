import { App, LogLevel, isValidSlackRequest, type Receiver, type ReceiverEvent } from '@slack/bolt';
import type { Log } from '../core/ports/log.js';
import { answerTo, questionOf, type Known, type Question, type Said } from './answer.js';
import type { Block } from './why.js';

export interface SlackAppDeps {
  readonly signingSecret: () => string;
  readonly token: () => string;
  /** `https://slack.com/api/` */
  readonly endpoint: string;
  readonly known: (question: Question) => Promise<Known>;
  readonly clock: Readonly<{ now(): number }>;
  readonly log: Log;
}

/** What Slack is answered. */
export interface SlackAnswer {
  readonly status: number;
  readonly body: string;
  readonly contentType: string;
}

/** The Slack app behind an address of ours: any process may answer, so none has to stay connected. */
export interface SlackApp {
  /** Checks the signature and answers; 401 without a good one. */
  handle(request: Readonly<{ body: string; signature: string; timestamp: string; contentType: string }>): Promise<SlackAnswer>;
}

/** Slack repeats what is not answered in three seconds. */
const PATIENCE_MS = 2_500;

/** Makes the Bolt app with its commands. */
export async function createSlackApp({ signingSecret, token, endpoint, known, clock, log }: SlackAppDeps): Promise<SlackApp> {
  let process: ((event: ReceiverEvent) => Promise<void>) | undefined;
  const receiver: Receiver = {
    init(app) { process = (event) => app.processEvent(event); },
    start: () => Promise.resolve(),
    stop: () => Promise.resolve(),
  };
  const app = new App({
    // Nothing here calls Slack to answer; Bolt itself would, to find out whose token it is, and keep people waiting while Slack does not say.
    receiver, authorize: () => Promise.resolve({ botToken: token() }), clientOptions: { slackApiUrl: endpoint }, logLevel: LogLevel.ERROR, deferInitialization: true,
    logger: { debug() {}, info() {}, warn: (...what) => { log.warn({ what }, 'slack'); }, error: (...what) => { log.error({ what }, 'slack'); }, setLevel() {}, getLevel: () => LogLevel.ERROR, setName() {} },
  });
  // Without asking Slack who we are at each command: the answer goes into the acknowledgement.
  app.command('/prow', async ({ command, ack }) => {
    const question = questionOf(command.text);
    let said: Said;
    try {
      said = answerTo(question, question.kind === 'help' ? { found: undefined, jobs: [], now: clock.now() } : await within(PATIENCE_MS, known(question)));
    } catch (err) {
      log.warn({ err }, 'slack command not answered');
      said = { text: 'I cannot tell just now. Please try again in a moment.' };
    }
    const { text, blocks } = said;
    await ack({ response_type: 'ephemeral', text, ...(blocks && { blocks: blocks.map(mutable) }) });
  });
  await app.init();

  return {
    async handle({ body, signature, timestamp, contentType }) {
      const good = signature !== '' && isValidSlackRequest({ signingSecret: signingSecret(), body, headers: { 'x-slack-signature': signature, 'x-slack-request-timestamp': Number(timestamp) }, nowMilliseconds: clock.now() });
      if (!good) return { status: 401, body: 'wrong signature', contentType: 'text/plain' };
      let parsed: Record<string, unknown>;
      try {
        parsed = parse(body, contentType);
      } catch {
        return { status: 400, body: 'neither a form nor JSON', contentType: 'text/plain' };
      }
      if (parsed['type'] === 'url_verification') return { status: 200, body: String(parsed['challenge'] ?? ''), contentType: 'text/plain' };
      let answer: SlackAnswer | undefined;
      await process?.({
        body: parsed,
        ack: (said?: unknown) => {
          answer = said === undefined || said === '' ? { status: 200, body: '', contentType: 'text/plain' } : typeof said === 'string' ? { status: 200, body: said, contentType: 'text/plain' } : { status: 200, body: JSON.stringify(said), contentType: 'application/json' };
          return Promise.resolve();
        },
      });
      return answer ?? { status: 404, body: 'nothing here answers that', contentType: 'text/plain' };
    },
  };
}

/** Bolt's types are not readonly. */
const mutable = (block: Block) => (block.type === 'context' ? { ...block, elements: [...block.elements] } : block);

function parse(body: string, contentType: string): Record<string, unknown> {
  if (contentType.startsWith('application/json')) return JSON.parse(body) as Record<string, unknown>;
  const form = Object.fromEntries(new URLSearchParams(body));
  return form['payload'] === undefined ? form : (JSON.parse(form['payload']) as Record<string, unknown>);
}

function within<T>(ms: number, work: Promise<T>): Promise<T> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(() => { reject(new Error('the answer took too long')); }, ms);
    work.then(resolve, reject).finally(() => { clearTimeout(timer); });
  });
}
