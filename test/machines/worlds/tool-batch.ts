import type { AnyStateMachine } from 'xstate';
import type { BatchCall } from '../../../machines/conflicts.ts';
import type { CallEffect, Standing } from '../../../machines/ports.ts';
import type { ToolBatchContext } from '../../../machines/tool-batch.ts';
import { type AnyEvent, type Explored, explore } from '../explore.ts';
import { nobody } from '../walks.ts';

const shell: CallEffect = { kind: 'anything' };
const writes = (...files: string[]): CallEffect => ({ kind: 'writes', files });
const reads = (...files: string[]): CallEffect => ({ kind: 'reads', files });

const standing = (id: string, kind: 'asking' | 'allowed', effect: CallEffect): Standing => {
  const call = { id, name: 'Tool', arguments: '{}', args: {}, cwd: '/w', effect };
  return kind === 'asking'
    ? { ...call, kind, approvalId: `perm-${id}`, suggestions: [], rules: {}, diffs: [] }
    : { ...call, kind, comment: null };
};
const denied = (id: string): Standing => ({
  id,
  name: 'Tool',
  arguments: '{}',
  kind: 'denied',
  reason: 'no',
});
const settled = (id: string): Standing => ({
  id,
  name: 'Tool',
  arguments: '{}',
  kind: 'settled',
  outcome: { status: 'success', text: '' },
});

/** Three calls of every mixture that matters; the answers to those that ask may change what they touch. */
export const batches: Record<string, Standing[]> = {
  'two shells and a read': [
    standing('a', 'allowed', shell),
    standing('b', 'allowed', shell),
    standing('c', 'allowed', reads('/x')),
  ],
  'an asking write before an allowed one': [
    standing('a', 'asking', writes('/x')),
    standing('b', 'allowed', writes('/y')),
    standing('c', 'asking', shell),
  ],
  'only questions': [
    standing('a', 'asking', shell),
    standing('b', 'asking', writes('/x')),
    standing('c', 'asking', reads('/x')),
  ],
  'what a restart found': [settled('a'), denied('b'), standing('c', 'asking', shell)],
  'no call at all': [],
};
/** What an edited answer makes a call touch. */
const effects: CallEffect[] = [shell, writes('/y'), reads('/x')];

export const calls = (snapshot: { context: unknown }): BatchCall[] =>
  (snapshot.context as ToolBatchContext).calls;

/** What the calls of the batch and its turn may say in a state: each call only what it can. */
function eventsOf(snapshot: { value: unknown; context: unknown }): AnyEvent[] {
  const stopping = JSON.stringify(snapshot.value).includes('stopping');
  const events: AnyEvent[] = [{ type: 'batch.cancel' }];
  for (const { id, heard } of calls(snapshot)) {
    // One that was allowed from the start says so too, sooner or later.
    if (heard === 'ready' || heard === 'started') events.push({ type: 'call.allowed', id, effect: shell });
    if (heard === 'asking') {
      for (const effect of effects) events.push({ type: 'call.allowed', id, effect });
      const deny = { behavior: 'deny', message: 'no' };
      events.push({ type: 'approval.decided', callId: id, decision: deny });
    }
    if (heard === 'started' || heard === 'settling' || stopping) events.push({ type: 'call.settled', id });
  }
  return events;
}

export const walk = (machine: AnyStateMachine, standings: Standing[]): Explored<AnyStateMachine> =>
  explore(machine, {
    input: { turnId: 't1', standings, parent: nobody },
    events: eventsOf,
    abstract: (snapshot: { context: unknown }) => calls(snapshot).map(({ heard, effect }) => [heard, effect]),
  });
