import {
  type Entry,
  emptyTranscript,
  type Message,
  reduceFrame,
  type Session,
} from '../../../src/client/index.ts';
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
function rendered(messages: Message[]): readonly Entry[] {
  return reduceFrame(emptyTranscript, { type: 'snapshot', cursor: 'x.0', messages, open_run: [] } as never)
    .view.entries;
}

/** G4: at rest a client shows what the hub's transcript says. It may lack the oldest part: snapshots are bounded. */
export function checkTranscript(
  who: string,
  session: Session,
  messages: Message[],
  about: string,
): Violation[] {
  const all = essence(rendered(messages));
  const shown = essence(session.view().entries);
  const wanted = all.slice(Math.max(0, all.length - Math.max(shown.length, SHOWN_AT_LEAST)));
  if (shown.join('\n') === wanted.join('\n')) return [];
  const differs = [
    ...wanted.filter((text) => !shown.includes(text)).map((text) => `lacks ${shorten(text)}`),
    ...shown.filter((text) => !wanted.includes(text)).map((text) => `has ${shorten(text)}`),
  ];
  const at = shown.findIndex((text, index) => text !== wanted[index]);
  const order = `is in another order from ${at} on: ${shorten(shown[at] ?? '')} instead of ${shorten(wanted[at] ?? '')}`;
  const what = `${who} ${differs.length > 0 ? differs.join('; ') : order}`;
  return [{ rule: 'G-10', kind: 'other', what, about: [about] }];
}

/** A snapshot holds so many messages; each makes at least one entry, but for results. */
const SHOWN_AT_LEAST = 30;

/** The ends are what tells one entry from another. */
function shorten(text: string): string {
  return text.length < 200 ? text : `${text.slice(0, 90)} … ${text.slice(-90)}`;
}
