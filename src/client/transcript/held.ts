import type { HeldItem } from '../../protocol/relay.ts';
import { note } from './deltas.ts';
import { endWithoutTurn } from './results.ts';
import { asText, type Loose, type Transcript, withView } from './state.ts';

/** The hub keeps something for a host that is away. */
export function holdItem(transcript: Transcript, item: HeldItem): Transcript {
  const others = transcript.view.held.filter((held) => !(held.kind === item.kind && held.id === item.id));
  return withView(transcript, { held: [...others, item] });
}

/** It keeps it no longer: handed over, withdrawn, expired, or refused by the host. */
export function releaseItem(transcript: Transcript, frame: Loose): Transcript {
  const id = asText(frame.id) ?? '';
  const kind = asText(frame.kind) ?? 'input';
  const held = transcript.view.held.filter((item) => !(item.kind === kind && item.id === id));
  const released = withView(transcript, { held });
  if (frame.type === 'input_handed_over') return released;
  const how =
    frame.type === 'input_expired' ? 'expired' : frame.type === 'input_refused' ? 'refused' : 'withdrawn';
  const error = asText(frame.error);
  const ended = kind === 'input' ? endWithoutTurn(released, id, how, error) : released;
  if (how === 'withdrawn') return ended;
  const text = `${WHAT[kind] ?? kind} was ${how}${error ? `: ${error}` : ' before its host came back'}`;
  return note(ended, { id: `${how}-${kind}-${id}` }, 'status', 'warning', text);
}

const WHAT: Record<string, string> = { input: 'A message', answer: 'An answer', abort: 'An abort' };
