import { emptyTranscript, type Entry, type Message, reduceFrame, type Session } from '../../../src/client/index.ts';
import type { Violation } from './violation.ts';

/** What two clients must agree on at rest. Notes are said once and kept nowhere. */
function essence(entries: readonly Entry[]): string[] {
  return entries.flatMap((entry) => {
    switch (entry.kind) {
      case 'note':
        return [];
      case 'tool': {
        const { key, name, arguments: args, state, output, hasResult } = entry;
        return [JSON.stringify({ key, name, args, state, output, hasResult })];
      }
      default:
        return [JSON.stringify({ key: entry.key, text: entry.text })];
    }
  });
}

/** The entries of a client that is given the whole transcript. */
export function rendered(messages: Message[]): readonly Entry[] {
  return reduceFrame(emptyTranscript, { type: 'snapshot', cursor: 'x.0', messages, open_run: [] } as never).view.entries;
}

/** G4: at rest a client shows what the hub's transcript says. It may lack the oldest part: snapshots are bounded. */
export function checkTranscript(who: string, session: Session, messages: Message[], about: string): Violation[] {
  const wanted = essence(rendered(messages));
  const shown = essence(session.view().entries);
  const tail = wanted.slice(wanted.length - Math.min(shown.length, wanted.length));
  const at = shown.length > wanted.length ? 0 : shown.findIndex((text, index) => text !== tail[index]);
  const isShort = shown.length < Math.min(wanted.length, 20);
  if (at === -1 && shown.length <= wanted.length && !isShort) return [];
  const what =
    `${who} shows ${shown.length} entries, the transcript has ${wanted.length}; the first that differs is ` +
    `${at}: shown ${shown[at] ?? 'nothing'}, wanted ${tail[at] ?? 'nothing'}`;
  return [{ rule: 'G-10', kind: 'other', what, about: [about] }];
}
