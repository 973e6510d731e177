import type { CommitOp } from './ports.ts';
import { turnSetup } from './turn.setup.ts';
import type { TurnContext } from './turn.types.ts';

/** A commit that must succeed before the turn goes on; while the store refuses, it waits and tries again. */
export function committing<Next extends string>(
  op: (context: TurnContext) => CommitOp,
  next: Next,
  actions: 'keepTurn' | 'nextStep' | null,
) {
  const writing = <Refused extends string>(refused: Refused) =>
    turnSetup.createStateConfig({
      invoke: {
        id: 'commit',
        src: 'commit',
        input: ({ context }) => op(context),
        onDone: [
          {
            guard: { type: 'isCommitted', params: ({ event }) => event.output },
            target: next,
            actions:
              actions === 'keepTurn'
                ? { type: 'keepTurn', params: ({ event }) => event.output }
                : actions === 'nextStep'
                  ? { type: 'nextStep' }
                  : [],
          },
          { target: refused },
        ],
        onError: { target: refused },
      },
    });
  return turnSetup.createStateConfig({
    initial: 'writing',
    states: {
      writing: writing('blocked'),
      blocked: {
        meta: { why: 'the host cannot write to its store', who: 'who keeps the host’s disk' },
        // Said once, however long it lasts.
        entry: { type: 'showBlocked' },
        initial: 'waiting',
        states: {
          waiting: { after: { storeRetry: { target: 'retrying' } } },
          retrying: writing('waiting'),
        },
      },
    },
  });
}
