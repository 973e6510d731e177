import { playScripted } from '../../../../actors/models/scripted/play.ts';
import type { PromptMessage, SampleEvent } from '../../../../machines/ports.ts';
import { assistantOf, inputOf, joined, resultsOf, sampleAll } from '../sampling.ts';

export const play = (messages: PromptMessage[], signal?: AbortSignal) =>
  sampleAll(playScripted, inputOf({ model: 'demo/scripted', messages }), signal ? { signal } : {});

export const user = (content: string, turn = 't1'): PromptMessage => ({ role: 'user', turn, content });
export const script = (...lines: string[]): PromptMessage => user(['#script', ...lines].join('\n'));

/** Plays a whole turn as a hub would; the n-th call of the turn is answered with `result n`. */
export async function playTurn(...messages: PromptMessage[]): Promise<SampleEvent[][]> {
  const steps: SampleEvent[][] = [];
  const prompt = [...messages];
  let answered = 0;
  for (;;) {
    const events = await play(prompt);
    steps.push(events);
    const last = events.at(-1);
    if (last?.type !== 'sample.finished' || last.stop !== 'calls') return steps;
    const assistant = assistantOf(events, { turn: prompt.at(-1)?.turn ?? '', run: `r${steps.length}` });
    const texts = assistant.calls.map(() => `result ${++answered}`);
    prompt.push(assistant, resultsOf(assistant, texts));
  }
}
export const said = (events: readonly SampleEvent[] | undefined) => joined(events ?? [], 'sample.text');
export const namesOf = (events: readonly SampleEvent[] | undefined) =>
  events?.flatMap((event) => (event.type === 'sample.callEnded' ? event.name : []));
