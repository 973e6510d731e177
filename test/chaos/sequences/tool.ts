import { withCall } from './script.ts';
import type { Sequence } from './sequence.ts';

/** Tool running, host dies, the model goes on. */
export const tool: Sequence = {
  name: 'tool',
  target: { process: 'alpha', signal: 'SIGKILL' },
  mode: 'unrestricted',
  scripts: (id) => [withCall(id)],
  async play({ conversation, seat, scripts: [script], arm }) {
    arm();
    if (script) await conversation.do({ do: 'send', script, rush: true }, seat);
  },
};
