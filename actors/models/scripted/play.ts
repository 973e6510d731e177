import { setTimeout as sleep, setImmediate as yieldToOthers } from 'node:timers/promises';
import type { SampleEvent } from '../../../machines/ports.ts';
import { retryableStatus } from '../retryable.ts';
import type { Sampler } from '../sampler.ts';
import { estimateUsage } from '../usage.ts';
import { planTurn } from './plan.ts';
import { readTurn } from './turn.ts';
import { words } from './words.ts';

/** Chunks between two looks at the rest of the process, so that a long script blocks nobody. */
const CHUNKS_A_TURN = 256;

/**
 * `demo/scripted`: plays the scripts of the turn. It keeps nothing: the same prompt always gives the same
 * events. A turn that has played all of its scripts gets an empty answer.
 */
export const playScripted: Sampler = async (input, emit, signal) => {
  const { texts, step, results } = readTurn(input.messages);
  const lines = planTurn(texts)[step] ?? [];
  let written = 0;
  let calls = 0;
  const begun = { 'sample.text': false, 'sample.reasoning': false };

  const stream = async (text: string, eventOf: (chunk: string) => SampleEvent): Promise<void> => {
    for (const [index, chunk] of words(text).entries()) {
      if (index % CHUNKS_A_TURN === CHUNKS_A_TURN - 1) await yieldToOthers();
      if (signal.aborted) return;
      written += chunk.length;
      emit(eventOf(chunk));
    }
  };
  /** Each line of a script begins a line of the answer. */
  const write = async (type: 'sample.text' | 'sample.reasoning', text: string): Promise<void> => {
    const whole = begun[type] ? `\n${text}` : text;
    begun[type] = true;
    await stream(whole, (chunk) => ({ type, text: chunk }));
  };

  for (const line of lines) {
    if (signal.aborted) return;
    switch (line.do) {
      case 'say':
        await write('sample.text', fillIn(line.text, results));
        break;
      case 'think':
        await write('sample.reasoning', fillIn(line.text, results));
        break;
      case 'tell':
        await write('sample.text', line.text);
        break;
      case 'call': {
        const index = calls++;
        const call = { index, providerId: `demo-${step}-${index}`, name: line.name };
        emit({ type: 'sample.callStarted', ...call });
        await stream(line.arguments, (text) => ({ type: 'sample.callArguments', index, text }));
        if (signal.aborted) return;
        emit({ type: 'sample.callEnded', ...call, arguments: line.arguments });
        break;
      }
      case 'sleep':
        // Rejects only when aborted, and then there is nothing more to say.
        await sleep(line.ms, undefined, { signal }).catch(() => undefined);
        break;
      case 'fail':
        emit({
          type: 'sample.failed',
          message: line.message,
          status: line.status,
          retryable: retryableStatus(line.status),
        });
        return;
    }
  }
  if (signal.aborted) return;
  const stop = calls > 0 ? 'calls' : 'end';
  emit({ type: 'sample.finished', stop, usage: estimateUsage(input, written) });
};

function fillIn(text: string, results: readonly (string | undefined)[]): string {
  return text.replace(/\{\{(\d+)\}\}/g, (_, n: string) => results[Number(n) - 1] ?? `[no result ${n}]`);
}
