import { emptyView, type View } from '../view.ts';
import type { Entry } from './entry.ts';

/** A view and what is needed to keep it right. */
export interface Transcript {
  view: View;
  /** Runs that stream, each with its last chunk that was shown: one with a lower number is a repetition. */
  openRuns: readonly { id: string; seq: number }[];
  /** Runs whose text is final or was taken back: late chunks of them change nothing. Oldest first. */
  closedRuns: readonly string[];
  /** Of the last event that was applied. */
  cursor: string | null;
  /** Messages whose turn has begun and not ended: their `client_message_id`s. */
  openTurn: readonly string[];
}

export const emptyTranscript: Transcript = {
  view: emptyView,
  openRuns: [],
  closedRuns: [],
  cursor: null,
  openTurn: [],
};

/** A wire object of unknown shape; every field is looked at before it is believed. */
export type Loose = Readonly<Record<string, unknown>>;

export const asLoose = (value: unknown): Loose =>
  typeof value === 'object' && value !== null ? (value as Loose) : {};
export const asText = (value: unknown): string | null => (typeof value === 'string' ? value : null);
export const asList = (value: unknown): Loose[] => (Array.isArray(value) ? value.map(asLoose) : []);

export function withView(transcript: Transcript, change: Partial<View>): Transcript {
  return { ...transcript, view: { ...transcript.view, ...change } };
}

export function withEntries(transcript: Transcript, entries: readonly Entry[]): Transcript {
  return entries === transcript.view.entries ? transcript : withView(transcript, { entries });
}
