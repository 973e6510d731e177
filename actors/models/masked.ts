import type { SampleEvent } from '../../machines/ports.ts';
import type { Secrets } from '../secrets/known-secrets.ts';
import { createMask, type Mask, maskText } from '../secrets/mask.ts';
import type { Sampler } from './sampler.ts';

/**
 * A sampler in whose words no known secret stands, whole or cut over several pieces: what the model says goes to
 * people, to the transcript and to the log.
 */
export function maskedSampler(sampler: Sampler, secrets: Secrets): Sampler {
  return (input, emit, signal) => {
    const text = createMask(secrets);
    const reasoning = createMask(secrets);
    const calls = new Map<number, Mask>();
    const maskOf = (index: number): Mask => {
      const known = calls.get(index) ?? createMask(secrets);
      calls.set(index, known);
      return known;
    };

    /** What is held back may not be told after something that came later. */
    const flush = (): void => {
      const restOfText = text.flush();
      if (restOfText) emit({ type: 'sample.text', text: restOfText });
      const restOfReasoning = reasoning.flush();
      if (restOfReasoning) emit({ type: 'sample.reasoning', text: restOfReasoning });
    };

    const pass = (event: SampleEvent): void => {
      switch (event.type) {
        case 'sample.text': {
          const shown = text.push(event.text);
          if (shown) emit({ ...event, text: shown });
          return;
        }
        case 'sample.reasoning': {
          const rest = event.metadata
            ? reasoning.push(event.text) + reasoning.flush()
            : reasoning.push(event.text);
          if (rest || event.metadata) emit({ ...event, text: rest });
          return;
        }
        case 'sample.callArguments': {
          const shown = maskOf(event.index).push(event.text);
          if (shown) emit({ ...event, text: shown });
          return;
        }
        case 'sample.callEnded': {
          flush();
          const rest = maskOf(event.index).flush();
          if (rest) emit({ type: 'sample.callArguments', index: event.index, text: rest });
          emit({ ...event, arguments: maskText(secrets, event.arguments) });
          return;
        }
        default:
          flush();
          emit(event);
      }
    };
    return sampler(input, pass, signal);
  };
}
