import { basename } from 'node:path';
import { type EventObject, fromCallback, type NonReducibleUnknown } from 'xstate';
import type { SampleEvent, SampleInput } from '../../machines/ports.ts';

/**
 * One model step. `emit` is called for each event as it happens; the last one is `sample.finished` or
 * `sample.failed`. After `signal` fires nothing more is emitted and the promise resolves. It rejects only
 * by a bug of ours.
 *
 * Reasoning comes in blocks: `sample.reasoning` without `metadata` adds text to the open block, one with
 * `metadata` adds its text (often none) and closes the block. A prompt gives each block back whole, with
 * its metadata, so that the provider can go on from it. Text and metadata may both be empty.
 *
 * A call that was started and never ended was cut off (`stop: 'length'`): it is no call.
 */
export type Sampler<Input = SampleInput> = (
  input: Input,
  emit: (event: SampleEvent) => void,
  signal: AbortSignal,
) => Promise<void>;

/**
 * Port `sampler` as an actor: its events go to the parent, stopping it aborts the step. The parent may name
 * the prompt instead of holding it; then `Input` is that name and `sampler` looks the prompt up.
 */
export function createSamplerActor<Input extends NonReducibleUnknown = SampleInput>(sampler: Sampler<Input>) {
  return fromCallback<EventObject, Input>(({ input, sendBack }) => {
    const abort = new AbortController();
    let over = false;
    const emit = (event: SampleEvent): void => {
      if (over) return;
      over = event.type === 'sample.finished' || event.type === 'sample.failed';
      sendBack(event);
    };
    // The parent is still in the transition that invoked us: the first event must come after it.
    Promise.resolve()
      .then(() => (abort.signal.aborted ? undefined : sampler(input, emit, abort.signal)))
      .then(
        () => emit(failedHere('it ended without an answer')),
        (error: unknown) => emit(failedHere(whereThrown(error))),
      );
    return () => {
      // Aborting costs an exception object, which a step that came to its end does not need.
      if (!over) abort.abort();
      over = true;
    };
  });
}

function failedHere(reason: string): SampleEvent {
  return {
    type: 'sample.failed',
    message: `The hub could not run the model step: ${reason}.`,
    retryable: false,
  };
}

/** Name and place of a bug. Not its message: that may quote a prompt, an address or a key. */
function whereThrown(error: unknown): string {
  if (!(error instanceof Error)) return 'something was thrown that is not an error';
  const place = /\(?([^\s()]+:\d+):\d+\)?$/m.exec(error.stack ?? '')?.[1];
  return place ? `${error.name} at ${basename(place)}` : error.name;
}
