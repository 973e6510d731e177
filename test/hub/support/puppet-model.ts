import type { Sampler } from '../../../actors/models/sampler.ts';
import type { SampleEvent, SampleInput } from '../../../machines/ports.ts';

export const usage = { promptTokens: 10, completionTokens: 5, totalTokens: 15 };

/** A step that the hub asked for and that the test answers. */
export interface Sample {
  input: SampleInput;
  signal: AbortSignal;
  say(...events: SampleEvent[]): void;
  /** Says a text and ends the step. */
  answer(text: string): void;
  /** Calls a tool and ends the step. */
  call(...calls: { name: string; arguments: string; providerId?: string }[]): void;
  fail(message: string, more?: Partial<Extract<SampleEvent, { type: 'sample.failed' }>>): void;
}

/** A model whose every step is in the hands of the test. With `auto` it answers by itself. */
export function puppetModel(): {
  sampler: Sampler;
  samples: Sample[];
  /** The n-th step (from 0), once the hub has asked for it. */
  sample(n: number): Promise<Sample>;
  auto: ((sample: Sample) => void) | null;
} {
  const samples: Sample[] = [];
  let news: (() => void)[] = [];
  const model = {
    samples,
    auto: null as ((sample: Sample) => void) | null,
    async sample(n: number): Promise<Sample> {
      while (samples.length <= n) await new Promise<void>((resolve) => news.push(resolve));
      return samples[n] as Sample;
    },
    sampler: (async (input, emit, signal) => {
      await new Promise<void>((resolve) => {
        signal.addEventListener('abort', () => resolve());
        const say = (...events: SampleEvent[]): void => {
          for (const event of events) {
            if (signal.aborted) return;
            emit(event);
            if (event.type === 'sample.finished' || event.type === 'sample.failed') resolve();
          }
        };
        const sample: Sample = {
          input,
          signal,
          say,
          answer: (text) =>
            say({ type: 'sample.text', text }, { type: 'sample.finished', stop: 'end', usage }),
          call: (...calls) => {
            for (const [index, call] of calls.entries()) {
              const { name, arguments: text, providerId = `p${index}` } = call;
              say(
                { type: 'sample.callStarted', index, providerId, name },
                { type: 'sample.callArguments', index, text },
                { type: 'sample.callEnded', index, providerId, name, arguments: text },
              );
            }
            say({ type: 'sample.finished', stop: 'calls', usage });
          },
          fail: (message, more) => say({ type: 'sample.failed', message, retryable: true, ...more }),
        };
        samples.push(sample);
        for (const tell of news) tell();
        news = [];
        model.auto?.(sample);
      });
    }) satisfies Sampler,
  };
  return model;
}
