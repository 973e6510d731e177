import { type AnyActorLogic, createActor, setup } from 'xstate';

/** An effect actor in the place where it works: invoked by a machine, which keeps what it says. */
export interface Invoked<Said> {
  said: Said[];
  tell(command: { type: string }): void;
  /** The machine leaves the state that invoked it. */
  leave(): void;
  /** The first thing said of that type, when it has been said. */
  heard<T extends Said['type' & keyof Said] & string>(type: T): Promise<Extract<Said, { type: T }>>;
}

export function invoke<Said extends { type: string }>(logic: AnyActorLogic, input: unknown): Invoked<Said> {
  const said: Said[] = [];
  const waiting = new Set<() => void>();
  const machine = setup({
    actors: { effect: logic },
    actions: {
      keep: ({ event }) => {
        said.push(event as unknown as Said);
        for (const look of [...waiting]) look();
      },
    },
  }).createMachine({
    initial: 'there',
    states: {
      there: {
        invoke: { id: 'effect', src: 'effect', input: () => input },
        on: { 'test.leave': 'left', '*': { actions: 'keep' } },
      },
      left: { on: { '*': { actions: 'keep' } } },
    },
  });
  const actor = createActor(machine).start();
  return {
    said,
    tell: (command) => actor.getSnapshot().children.effect?.send(command),
    leave: () => actor.send({ type: 'test.leave' }),
    heard: (type) =>
      new Promise((resolve) => {
        const look = () => {
          const found = said.find((event) => event.type === type);
          if (!found) return;
          waiting.delete(look);
          resolve(found as never);
        };
        waiting.add(look);
        look();
      }),
  };
}
