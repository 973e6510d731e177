import type { Frame } from '../../machines/ports.ts';
import type { Decided } from '../protocol/approval.ts';

/** What became of a command. A refusal is an answer, not an exception. */
export interface Outcome {
  ok: boolean;
  /** Why not, for a person to read. */
  error: string | null;
  /** A word for programs when the hub or this client refused: `environment_offline`, `forbidden`, `closed` … */
  code: string | null;
}

/** What became of a message. With `ok` it is on disk and will end in exactly one way. */
export interface Accepted extends Outcome {
  clientMessageId: string;
  disposition: 'started' | 'queued' | null;
  /** Set when the hub keeps it for a host that is away. */
  held: { environment: string; until: string } | null;
}

/** What became of an answer to an approval. `decided` when somebody was first. */
export interface Answered extends Outcome {
  decided: Decided | null;
  /** Set when the hub keeps it for a host that is away, which then says what counts. */
  held: Accepted['held'];
}

/** `withdrawing`: it is on its way to the host, who decides. `already_dequeued`: it is in a turn. */
export interface Withdrawn extends Outcome {
  status: 'withdrawn' | 'withdrawing' | 'already_dequeued' | null;
}

/** `aborted` is false when nothing ran, which is no failure. */
export interface Aborted extends Outcome {
  aborted: boolean;
  /** Set when the hub keeps it for a host that is away. */
  held: Accepted['held'];
}

/** Reads any answer: `input_accepted`, a `…_response`, or the hub's `error`. */
export function readOutcome(frame: Frame): Outcome {
  const refused = frame.type === 'error' || frame.success === false || frame.accepted === false;
  if (!refused) return { ok: true, error: null, code: null };
  const error = [frame.error, frame.message].find((text) => typeof text === 'string' && text);
  return {
    ok: false,
    error: typeof error === 'string' ? error : 'refused without a reason',
    code: typeof frame.code === 'string' ? frame.code : null,
  };
}

export const readAccepted = (frame: Frame, clientMessageId: string): Accepted => ({
  ...readOutcome(frame),
  clientMessageId,
  disposition: (frame.disposition ?? null) as Accepted['disposition'],
  held: (frame.held ?? null) as Accepted['held'],
});

export const readAnswered = (frame: Frame): Answered => ({
  ...readOutcome(frame),
  decided: (frame.decided ?? null) as Answered['decided'],
  held: (frame.held ?? null) as Answered['held'],
});

export const readWithdrawn = (frame: Frame): Withdrawn => ({
  ...readOutcome(frame),
  status: (frame.status ?? null) as Withdrawn['status'],
});

export const readAborted = (frame: Frame): Aborted => ({
  ...readOutcome(frame),
  aborted: frame.aborted === true,
  held: (frame.held ?? null) as Aborted['held'],
});
