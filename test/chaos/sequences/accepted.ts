import { wordsOnly } from './script.ts';
import type { Sequence } from './sequence.ts';

/** Input accepted, host dies. A second one waits behind the first. */
export const accepted: Sequence = {
  name: 'accepted',
  target: { process: 'alpha', signal: 'SIGKILL' },
  mode: 'unrestricted',
  scripts: (id) => [wordsOnly(`${id}x1`), wordsOnly(`${id}x2`)],
  async play({ conversation, seat, scripts, arm }) {
    arm();
    await conversation.do({ do: 'burst', scripts, gapMs: 0, rush: true }, seat);
  },
};
