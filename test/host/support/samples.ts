import type {
  Decision,
  JsonObject,
  ProposedCall,
  SavedRule,
  Scope,
  Standing,
  Submission,
  ToolOutcome,
} from '../../../machines/ports.ts';
import type { HostStore } from '../../../src/host/store/host-store.ts';

/** Plain values that many tests of the host need, each valid and told apart by its id. */
export const HUB = 'hub-1';
export const SCOPE: Scope = { agentId: 'agent-1', conversationId: 'conv-1' };
export const AT = '2026-01-01T00:00:00.000Z';
export const CHOSEN = { by: 'pia', at: AT };

export const submission = (id: string, rest: Partial<Submission> = {}): Submission => ({
  clientMessageId: id,
  messages: [{ role: 'user', content: `text of ${id}`, otid: id }],
  optionsKey: '{}',
  sender: null,
  at: AT,
  ...rest,
});

export const bash = (id: string, command = `echo ${id}`): ProposedCall => ({
  id,
  name: 'Bash',
  arguments: JSON.stringify({ command }),
});

export const asking = (
  call: ProposedCall,
  rest: { rules?: Record<string, SavedRule>; cwd?: string } = {},
): Standing & { kind: 'asking' } => ({
  ...call,
  kind: 'asking',
  approvalId: `perm-${call.id}`,
  args: JSON.parse(call.arguments) as JsonObject,
  cwd: '/work',
  effect: { kind: 'anything' },
  suggestions: Object.keys(rest.rules ?? {}).map((id) => ({ id, text: `always ${id}` })),
  rules: {},
  diffs: [],
  ...rest,
});

export const allowed = (args: JsonObject): Decision => ({
  behavior: 'allow',
  message: null,
  args,
  effect: { kind: 'anything' },
  edited: false,
});

export const succeeded: ToolOutcome = { status: 'success', text: 'done', stdout: ['done'], stderr: [] };

/** An input that was accepted and is in an open turn of its own, at its first step. */
export function openTurn(
  store: HostStore,
  conversation: number,
  turn = 'turn-1',
  input = `cm-${turn}`,
): void {
  const accepted = store.inputs.accept(conversation, submission(input), 'started');
  if (accepted.kind !== 'accepted') throw new Error(accepted.kind);
  store.turns.open(turn, conversation, '{}', submission(input).messages);
  store.inputs.take(turn, [accepted.item.seq]);
}

/** The step ended with these calls, and people were asked about each. */
export function askAbout(
  store: HostStore,
  conversation: number,
  turn: string,
  standings: (Standing & { kind: 'asking' })[],
  step = 1,
): void {
  store.turns.endStep(turn, step, `run-${step}`);
  store.calls.propose(conversation, turn, step, standings);
  for (const [index, row] of store.calls.ofStep(turn, step).entries()) {
    const standing = standings[index];
    if (standing) store.calls.show(row.id, standing);
  }
}
