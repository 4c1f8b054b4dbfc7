import { RemoteError, UserError } from '../core/errors.js';

const REASON = /"message":("(?:[^"\\]|\\.)*")/;

/** What GitHub says is wrong, out of the text of its refusal. */
function reasonOf(text: string): string {
  const quoted = REASON.exec(text)?.[1];
  return quoted === undefined ? text.replace(/^GitHub refused [^:]*: (?:422 )?/, '') : String(JSON.parse(quoted));
}

/** Does what somebody asked for; that GitHub does not want it as it stands is told to whoever asked, and not tried again. */
export async function refusable(act: () => Promise<void>): Promise<true> {
  try {
    await act();
    return true;
  } catch (error) {
    if (!(error instanceof RemoteError && error.status === 422)) throw error;
    throw new UserError(`GitHub refuses this: ${reasonOf(error.message)}`, { cause: error });
  }
}
