import type { AnyStateMachine } from 'xstate';
import type { Decision, Standing } from '../../../machines/ports.ts';
import type { ToolCallContext } from '../../../machines/tool-call.ts';
import { type AnyEvent, childDone, childFailed, type Explored, explore } from '../explore.ts';
import { nobody } from '../walks.ts';

const proposed = { id: 'c1', name: 'Bash', arguments: '{"command":"ls"}' };
const args = { command: 'ls' };
const standings: Record<Standing['kind'], Standing> = {
  settled: {
    ...proposed,
    kind: 'settled',
    outcome: { status: 'error', text: 'unknown', outcome: 'unknown' },
  },
  denied: { ...proposed, kind: 'denied', reason: 'a rule forbids it' },
  allowed: { ...proposed, kind: 'allowed', args, cwd: '/w', effect: { kind: 'anything' }, comment: null },
  asking: {
    ...proposed,
    kind: 'asking',
    approvalId: 'perm-c1',
    args,
    cwd: '/w',
    effect: { kind: 'anything' },
    suggestions: [],
    rules: {},
    diffs: [],
    limitMs: 60_000,
  },
};
const allow: Decision = {
  behavior: 'allow',
  message: 'mind the gap',
  args: { command: 'ls -l' },
  effect: { kind: 'anything' },
  edited: true,
};
const decided = (decision: Decision, callId = 'c1'): AnyEvent => ({
  type: 'approval.decided',
  callId,
  decision,
});

const events: AnyEvent[] = [
  decided(allow),
  decided({ behavior: 'deny', message: 'not today' }),
  decided(allow, 'another'),
  { type: 'call.start' },
  { type: 'call.cancel' },
  { type: 'tool.output', callId: 'c1', text: 'so far' },
  { type: 'tool.output', callId: 'another', text: 'so far' },
  { type: 'tool.ended', callId: 'c1', outcome: { status: 'success', text: 'done' } },
  { type: 'tool.ended', callId: 'another', outcome: { status: 'success', text: 'done' } },
  ...['intent', 'outcome'].flatMap((id) => [
    childDone(id, { ok: true, id: 'c1' }),
    childDone(id, { ok: false, error: 'disk full' }),
    childFailed(id),
  ]),
  childFailed('runner'),
];

/** A call as it stands when its batch begins, and everything that can be said to it. */
export const walk = (machine: AnyStateMachine, kind: Standing['kind']): Explored<AnyStateMachine> =>
  explore(machine, {
    input: { turnId: 't1', standing: standings[kind], parent: nobody },
    events,
    abstract: ({ context }: { context: ToolCallContext }) => [context.outcome, context.args, context.comment],
  });
const kinds = Object.keys(standings) as Standing['kind'][];
export const walks = (machine: AnyStateMachine) => kinds.map((kind) => walk(machine, kind));
