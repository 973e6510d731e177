import type { AnyStateMachine } from 'xstate';
import type { ModelStepEvent, RecoveredTurn, Standing } from '../../../machines/ports.ts';
import type { TurnContext } from '../../../machines/turn.ts';
import { type AnyEvent, childDone, childFailed, type Explored, explore } from '../explore.ts';
import { nobody } from '../walks.ts';

const call = { id: 'c1', name: 'Bash', arguments: '{}' };
const shell = { ...call, args: {}, cwd: '/w', effect: { kind: 'anything' as const } };
const allowed: Standing = { ...shell, kind: 'allowed', comment: null };
const asking: Standing = {
  ...shell,
  kind: 'asking',
  approvalId: 'perm-c1',
  suggestions: [],
  rules: {},
  diffs: [],
};

const failed = (
  cause: Extract<ModelStepEvent, { type: 'step.failed' }>['cause'],
  retryable = true,
): AnyEvent => ({
  type: 'step.failed',
  cause,
  message: `${cause} failed`,
  runId: 'run-1',
  retryable,
  retryAfterMs: 0,
});
const ended = (calls: (typeof call)[]): AnyEvent => ({
  type: 'step.ended',
  runId: 'run-1',
  stopReason: calls.length > 0 ? 'requires_approval' : 'end_turn',
  calls,
  usage: null,
});
export const cancel = { type: 'turn.cancel' };
const events: AnyEvent[] = [
  { type: 'step.sent' },
  { type: 'step.waiting', environment: 'laptop' },
  {
    type: 'step.chunks',
    runId: 'run-1',
    seq: 1,
    chunks: [{ message_type: 'assistant_message', content: 'a' }],
  },
  ended([]),
  ended([call]),
  { type: 'step.unknown' },
  failed('hub'),
  failed('busy'),
  failed('interrupted'),
  failed('provider'),
  failed('provider', false),
  failed('refused'),
  failed('cancelled'),
  { type: 'batch.moving' },
  { type: 'batch.waiting' },
  { type: 'approval.decided', callId: 'c1', decision: { behavior: 'deny', message: 'no' } },
  cancel,
  { type: 'turn.giveBack' },
  { type: 'hub.returned' },
  childDone('commit', { ok: true, id: 'turn-1' }),
  childDone('commit', { ok: false, error: 'disk full' }),
  childDone('classify', [allowed]),
  childDone('classify', [asking]),
  childDone('cancelRun', { ok: true }),
  childDone('cancelRun', { ok: false, message: 'out of reach' }),
  childDone('batch'),
  ...['commit', 'classify', 'cancelRun', 'batch', 'model'].map((id) => childFailed(id)),
];

const item = {
  id: 'q-1',
  seq: 1,
  clientMessageId: 'm1',
  messages: [{ role: 'user', content: 'hello', otid: 'm1' }],
  optionsKey: '{}',
  sender: null,
  enqueuedAt: '2026-01-01T00:00:00Z',
};
export const recoveredAt = (stage: RecoveredTurn['stage']): RecoveredTurn => ({
  turnId: 'turn-0',
  items: [item],
  step: 2,
  stage,
  calls: stage === 'calls' ? [call] : [],
  runId: stage === 'calls' ? 'run-0' : null,
});

export const walk = (machine: AnyStateMachine, recovered: RecoveredTurn | null): Explored<AnyStateMachine> =>
  explore(machine, {
    input: {
      scope: { agentId: 'agent-1', conversationId: 'default' },
      seed: 1,
      items: [item],
      wereQueued: true,
      recovered,
      parent: nobody,
    },
    events,
    abstract: ({ context }: { context: TurnContext }) => [
      context.attempt,
      context.attach,
      context.runId !== null,
      context.stopReason,
      context.error !== null,
      Math.min(context.step, 2),
    ],
  });
const stages = [null, 'sampling', 'calls', 'cancelling'] as const;
export const walks = (machine: AnyStateMachine) =>
  stages.map((stage) => walk(machine, stage && recoveredAt(stage)));
