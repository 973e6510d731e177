import { contentText } from '../../protocol/content.ts';
import { addEntry, indexOfKey } from './entries.ts';
import type { Entry, TextEntry } from './entry.ts';
import { asText, type Loose, type Transcript, withEntries } from './state.ts';
import { proposeCalls } from './tool-calls.ts';

/** Runs that are remembered; a chunk of one longer ago than that has nowhere to come from. */
const MOST_RUNS = 256;
/** Runs that may speak at one time, but for the one that does. */
const MOST_OPEN_RUNS = 7;

/**
 * One chunk of a model step. Chunks with the same id concatenate; one that was seen, or that belongs to a run
 * whose text is final, changes nothing: the snapshot and the live stream overlap by nature.
 */
export function applyChunk(transcript: Transcript, chunk: Loose): Transcript {
  const runId = asText(chunk.run_id);
  if (runId === null) return withEntries(transcript, showChunk(transcript.view.entries, chunk));
  if (transcript.closedRuns.includes(runId)) return transcript;
  const known = transcript.openRuns.find(({ id }) => id === runId);
  const seq = typeof chunk.seq_id === 'number' ? chunk.seq_id : null;
  if (known && seq !== null && seq <= known.seq) return transcript;
  // After an outage a host still tells of a run that was cut off, while a snapshot has shown the one that took its
  // place: neither ends the other.
  const others = transcript.openRuns.filter((run) => run !== known).slice(-MOST_OPEN_RUNS);
  const openRuns = [...others, { id: runId, seq: seq ?? known?.seq ?? -1 }];
  return withEntries({ ...transcript, openRuns }, showChunk(transcript.view.entries, chunk));
}

function showChunk(entries: readonly Entry[], chunk: Loose): readonly Entry[] {
  switch (chunk.message_type) {
    case 'assistant_message':
      return appendText(entries, 'assistant', chunk, contentText((chunk.content ?? '') as string));
    case 'reasoning_message':
      return appendText(entries, 'reasoning', chunk, asText(chunk.reasoning) ?? '');
    default:
      return proposeCalls(entries, chunk, false);
  }
}

function appendText(
  entries: readonly Entry[],
  kind: TextEntry['kind'],
  chunk: Loose,
  text: string,
): readonly Entry[] {
  const key = `${kind}:${asText(chunk.id) ?? ''}`;
  const index = indexOfKey(entries, key);
  const found = entries[index];
  if (found?.kind === kind)
    return text ? entries.with(index, { ...found, text: found.text + text }) : entries;
  return text
    ? addEntry(entries, { kind, key, runId: asText(chunk.run_id), turnId: asText(chunk.turn_id), text })
    : entries;
}

/** What a run showed is taken back: it was cut off, and another run says it again. */
export function takeBackRun(transcript: Transcript, runId: string): Transcript {
  const kept = transcript.view.entries.filter((entry) => !('runId' in entry) || entry.runId !== runId);
  const entries = kept.length === transcript.view.entries.length ? transcript.view.entries : kept;
  return withEntries(closeRun(transcript, runId), entries);
}

/** What a model that was stopped has said stays; the calls that it was about to make do not. */
export function takeBackCalls(transcript: Transcript, runId: string | null): Transcript {
  if (runId === null) return transcript;
  const isLeft = (entry: Entry): boolean => !(entry.kind === 'tool' && entry.runId === runId);
  const { entries } = transcript.view;
  return withEntries(closeRun(transcript, runId), entries.every(isLeft) ? entries : entries.filter(isLeft));
}

export function closeRun(transcript: Transcript, runId: string): Transcript {
  if (transcript.closedRuns.includes(runId)) return transcript;
  const closedRuns = [...transcript.closedRuns, runId].slice(-MOST_RUNS);
  return { ...transcript, closedRuns, openRuns: transcript.openRuns.filter(({ id }) => id !== runId) };
}
