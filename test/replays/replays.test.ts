import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type AnyStateMachine, createMachine } from 'xstate';
import { connectionMachine } from '../../machines/connection.ts';
import { conversationMachine } from '../../machines/conversation.ts';
import { toolBatchMachine } from '../../machines/tool-batch.ts';
import { toolCallMachine } from '../../machines/tool-call.ts';
import { turnMachine } from '../../machines/turn.ts';
import { type MachineTable, machineTable } from '../../src/replay/machine-table.ts';
import { golden, replayText } from '../replay/golden.ts';
import { FOLDER, record } from './record.ts';

const names = readdirSync(FOLDER).flatMap((file) => (file.endsWith('.log') ? [file.slice(0, -4)] : []));

describe('golden recordings', () => {
  const zone = process.env.TZ;
  beforeAll(() => {
    process.env.TZ = 'UTC';
  });
  afterAll(() => {
    process.env.TZ = zone;
  });

  it('REPLAY-15 there is one of each hard situation', () => {
    expect(names.toSorted()).toEqual([
      'abort-in-every-state',
      'approval-over-a-restart',
      'parallel-tools',
      'queue-merging',
      'reconnect-in-mid-stream',
      'retry-ladder',
      'supersede',
      'unknown-outcome',
    ]);
  });

  it.each(names)('REPLAY-15 %s replays as it was recorded', (name) => {
    const { ok, divergence, skipped, damaged } = replayText(golden(name));
    expect({ ok, reason: divergence?.reason, skipped, damaged }).toEqual({ ok: true, skipped: [] });
  });

  it.each(names)('REPLAY-16 %s plays as its scenario expects, and is recorded the same each time', (name) => {
    const scenario = readFileSync(join(FOLDER, `${name}.scenario`), 'utf8');
    const [first, second] = [record(scenario), record(scenario)];
    expect(first).toBe(second);
    expect(replayText(first)).toMatchObject({ ok: true, skipped: [] });
  });

  it.each(names)('REPLAY-15 %s names no machine, person or process of where it was recorded', (name) => {
    const text = golden(name);
    expect(text).not.toMatch(/"pid":(?!1,)|\/tmp\/|\/home\/|\/Users\//);
  });
});

type Config = { states: Record<string, Config>; on: Record<string, unknown> };

/** The machine with its configuration changed, and all else as it is. */
function rebuilt<M extends AnyStateMachine>(machine: M, change: (config: Config) => void): M {
  const config = copyOf(machine.config) as Config;
  change(config);
  return createMachine(config as never, machine.implementations as never) as unknown as M;
}

function copyOf(value: unknown): unknown {
  if (typeof value !== 'object' || value === null) return value;
  if (Array.isArray(value)) return value.map(copyOf);
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, copyOf(inner)]));
}

const at = (config: Config, ...path: string[]): Config =>
  path.reduce((state, name) => state.states[name] as Config, config);

/** The table with a conversation in which these machines stand for their originals. */
function tableWith(changed: {
  conversation?: typeof conversationMachine;
  turn?: typeof turnMachine;
  toolCall?: typeof toolCallMachine;
}): MachineTable {
  const toolBatch = toolBatchMachine.provide({ actors: { toolCall: changed.toolCall ?? toolCallMachine } });
  const turn = (changed.turn ?? turnMachine).provide({ actors: { toolBatch } });
  const conversation = (changed.conversation ?? conversationMachine).provide({ actors: { turn } });
  return new Map([...machineTable, ['conversation', conversation as AnyStateMachine]]);
}

interface Planted {
  what: string;
  golden: string;
  machines: () => MachineTable;
  /** What the line holds at which it has to be found, and what is said of it. */
  line: RegExp;
  reason: RegExp;
}

const planted: Planted[] = [
  {
    what: 'a turn that does not hear of an abort while tools run',
    golden: 'abort-in-every-state',
    machines: () =>
      tableWith({
        turn: rebuilt(turnMachine, (config) => {
          delete at(config, 'tools', 'executing').on['turn.cancel'];
        }),
      }),
    line: /→ out .*"path":"turn\/batch\/call:call-3\/runner","event":\{"type":"tool.cancel"\}/,
    reason: /instead of out turn\/batch\/call:call-3\/runner/,
  },
  {
    what: 'a call that takes a refusal for an allowance',
    golden: 'parallel-tools',
    machines: () =>
      tableWith({
        toolCall: rebuilt(toolCallMachine, (config) => {
          at(config, 'awaitingApproval').on['approval.decided'] = { target: 'allowed' };
        }),
      }),
    line: /→ run .*"path":"turn\/batch\/call:call-4\/outcome"/,
    reason: /comes instead of run turn\/batch\/call:call-4\/outcome/,
  },
  {
    what: 'a call that was cut off and is not settled by it',
    golden: 'unknown-outcome',
    machines: () => tableWith({ toolCall: toolCallMachine.provide({ guards: { isSettled: () => false } }) }),
    line: /→ out .*"path":"outbox".*"client_tool_end".*"outcome":"unknown"/,
    reason: /this does not happen any more/,
  },
  {
    what: 'a conversation that takes one message after the other',
    golden: 'queue-merging',
    machines: () => {
      const takeNext = conversationMachine.implementations.actions.takeNext as unknown as {
        assignment: (args: { context: { queue: { seq: number }[] } }) => {
          taken: unknown[];
          queue: unknown[];
        };
      };
      const { assignment } = takeNext;
      const one = Object.assign(() => {}, takeNext, {
        assignment: (args: Parameters<typeof assignment>[0]) => {
          const [first, ...rest] = args.context.queue;
          return { ...assignment(args), taken: first ? [first] : [], queue: rest };
        },
      });
      return tableWith({
        conversation: conversationMachine.provide({ actions: { takeNext: one as never } }),
      });
    },
    line: /→ run .*"op":"openTurn".*"items":\[2,3\]/,
    reason: /input\.items\.1: 3 was recorded, now it is nothing/,
  },
  {
    what: 'a longer ladder',
    golden: 'retry-ladder',
    machines: () =>
      tableWith({
        turn: turnMachine.provide({
          delays: { retryDelay: ({ context }) => 1_500 * 2 ** (context.attempt - 1) },
        }),
      }),
    line: /← timer .*"ms":1000/,
    reason: /is set for 1500 ms, not for 1000 ms/,
  },
  {
    what: 'a connection that comes back when another process took its place',
    golden: 'supersede',
    machines: () =>
      new Map([
        ...machineTable,
        [
          'connection',
          connectionMachine.provide({ guards: { isSuperseded: () => false } }) as AnyStateMachine,
        ],
      ]),
    line: /→ emit .*"type":"connection.superseded"/,
    reason: /event\.type: "connection.superseded" was recorded, now it is "connection.retrying"|instead/,
  },
  {
    what: 'a step that is told anew where it should be asked for',
    golden: 'reconnect-in-mid-stream',
    machines: () => tableWith({ turn: turnMachine.provide({ actions: { askFirst: () => {} } }) }),
    line: /→ run .*"path":"turn\/model".*"kind":"attach"/,
    reason: /input\.kind: "attach" was recorded, now it is "post"/,
  },
  {
    what: 'an approval that is not asked again after a restart',
    golden: 'approval-over-a-restart',
    machines: () =>
      tableWith({
        turn: rebuilt(turnMachine, (config) => {
          const beginning = at(config, 'beginning') as unknown as { always: { guard?: string }[] };
          beginning.always = beginning.always.filter(({ guard }) => guard !== 'wasCalling');
        }),
      }),
    line: /→ run .*"path":"turn\/classify"/,
    reason: /run turn\/model comes instead of run turn\/classify/,
  },
];

describe('a planted change', () => {
  it.each(planted)(
    'REPLAY-15 $what is found on its line of $golden',
    ({ golden: name, machines, line, reason }) => {
      const text = golden(name);
      const { divergence } = replayText(text, { machines: machines() });
      expect(text.split('\n')[(divergence?.line ?? 0) - 1]).toMatch(line);
      expect(divergence?.reason).toMatch(reason);
    },
  );

  it('REPLAY-15 a machine that was only rebuilt says the same', () => {
    const machines = tableWith({ turn: rebuilt(turnMachine, () => {}) });
    expect(replayText(golden('abort-in-every-state'), { machines })).toMatchObject({ ok: true });
  });
});
