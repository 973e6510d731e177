import type { Violation } from '../checks/violation.ts';
import type { LinkName } from '../plan/faults.ts';
import { wordsOnly } from './script.ts';
import type { Scene, Sequence } from './sequence.ts';

/** Link lost while streaming, with a client that is not ours attached. */
const streaming = (name: string, link: LinkName): Sequence => ({
  name,
  target: { link },
  mode: 'unrestricted',
  scripts: (id) => [wordsOnly(id, 8)],
  async play({ conversation, seat, scripts: [script], arm }) {
    arm();
    if (script) await conversation.do({ do: 'foreign', script, rush: true }, seat);
  },
  check: checkForeign,
});

export const hostLink = streaming('host-link', 'alpha');
export const clientLink = streaming('client-link', 'others');

/** A client that stays connected is told each word once and in order, whatever becomes of the host's link (G4). */
function checkForeign({ conversation: { foreign, plan }, scripts: [script] }: Scene): Violation[] {
  const wanted = (script?.text.split('\n') ?? []).flatMap((line) => /^say (.*)$/.exec(line)?.[1] ?? []);
  const words = (text: string): string => text.split(/\s+/).filter(Boolean).join(' ');
  if (foreign.connections > 1 || words(foreign.said) === words(wanted.join(' '))) return [];
  const what = `the foreign client was told "${words(foreign.said)}" instead of "${words(wanted.join(' '))}"`;
  return [{ rule: 'G-10', kind: 'other', what, about: [plan.name] }];
}
