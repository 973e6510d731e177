import type { AnyStateMachine } from 'xstate';
import { type Explored, explore } from '../explore.ts';
import { nobody } from '../walks.ts';

export const heard = { type: 'link.heard' };
const probe = { type: 'link.probe' };
const events = [heard, probe];
export const walk = (machine: AnyStateMachine): Explored<AnyStateMachine> =>
  explore(machine, {
    input: { parent: nobody },
    events,
    abstract: ({ context }: { context: { unanswered: number } }) => context.unanswered,
  });
