import { type AnyStateMachine, createActor, fromCallback, type Snapshot, StateMachine } from 'xstate';
import type { LogLine } from '../../src/log/line.ts';
import { recordRoot } from '../../src/log/recorder.ts';
import type { Clock } from '../../src/log/recording-clock.ts';
import { memoryLog } from './memory-log.ts';

type Json = LogLine['json'];
type Event = { type: string; output?: unknown; error?: unknown };

interface Stage {
  doors: Map<string, { sendBack: (event: Event) => void; send: (event: Event) => void }>;
  /** Something inside the root was started or spoken to: what came in just then comes in again. */
  inside: () => void;
}

/**
 * Runs the one root of a recording again with nothing but its lines, records that, and gives back both texts and the
 * last snapshot: the proof that the lines hold all that a replay needs.
 */
export function miniReplay(
  machine: AnyStateMachine,
  recorded: LogLine[],
): { again: string[]; snapshot: Snapshot<unknown> } {
  const log = memoryLog();
  const timers: (() => void)[] = [];
  const clock: Clock = { setTimeout: (fn) => timers.push(fn), clearTimeout: () => {} };
  const [open] = recorded;
  if (open === undefined) throw new Error('nothing was recorded');
  const recorder = recordRoot(log, { root: open.json.root as string, labelOf, clock });
  const next = () => recorded[log.texts.length];
  const stage: Stage = {
    doors: new Map(),
    inside: () => {
      const line = next();
      if (line?.verb !== 'in' || line.json.nested !== true) return;
      inject(line);
      stage.inside();
    },
  };
  const input = open.json.input;
  const actor = createActor(withPuppets(machine, stage), { ...recorder, input });
  actor.on('*', stage.inside);
  actor.start();
  for (let line = next(); line !== undefined; line = next()) inject(line);
  return { again: log.texts, snapshot: actor.getSnapshot() };

  function inject(line: LogLine): void {
    const before = log.texts.length;
    if (line.verb === 'in') speak(line.json);
    else if (line.verb === 'timer') timers[line.json.n as number]?.();
    else if (line.verb === 'ended') recorder.close();
    if (log.texts.length === before)
      throw new Error(`missing: ${JSON.stringify(line)}\nafter ${log.texts.slice(-5).join('\n')}`);
  }

  function speak({ from, event: recordedEvent }: Json): void {
    const event = recordedEvent as unknown as Event;
    if (from === undefined) actor.send(event);
    else if (event.type.startsWith('xstate.'))
      stage.doors.get(from as string)?.send({ ...event, type: 'puppet.end' });
    else stage.doors.get(from as string)?.sendBack(event);
  }
}

export function labelOf(src: string): 'model' | 'store' | 'actor' {
  return src === 'model' || src === 'store' ? src : 'actor';
}

function withPuppets(machine: AnyStateMachine, stage: Stage): AnyStateMachine {
  const actors = Object.entries(machine.implementations.actors).map(([name, logic]) => [
    name,
    logic instanceof StateMachine ? withPuppets(logic, stage) : puppet(stage),
  ]);
  return machine.provide({ actors: Object.fromEntries(actors) });
}

function puppet(stage: Stage) {
  const base = fromCallback<Event>(({ sendBack, self, receive }) => {
    stage.doors.set(pathOf(self), {
      sendBack: sendBack as (event: Event) => void,
      send: (event) => self.send(event),
    });
    receive(() => stage.inside());
    stage.inside();
  });
  const { transition } = base;
  base.transition = (snapshot, event, scope) => {
    if (event.type !== 'puppet.end') return transition(snapshot, event, scope);
    const end = event as Event;
    const over =
      'error' in end ? { status: 'error', error: end.error } : { status: 'done', output: end.output };
    return { ...snapshot, ...over } as typeof snapshot;
  };
  return base;
}

function pathOf(ref: unknown): string {
  const { id, _parent: parent } = ref as { id: string; _parent?: { _parent?: unknown } };
  return parent?._parent === undefined ? id : `${pathOf(parent)}/${id}`;
}
