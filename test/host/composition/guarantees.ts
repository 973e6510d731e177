import type { Scope } from '../../../machines/ports.ts';
import type { HostStore } from '../../../src/host/store/host-store.ts';
import { HUB } from '../support/samples.ts';
import { keyOf } from './follower.ts';
import { type RestlessHost, SCOPES } from './restless-host.ts';

interface InputRow {
  seq: number;
  id: string;
  state: string;
  turn: string | null;
}
interface TurnRow {
  id: string;
  state: string;
  options: string;
}

/** What of G1 to G4 is broken, at rest; each text is a breach. */
export function breaches(host: RestlessHost): string[] {
  return [
    ...SCOPES.flatMap((scope) => inputs(host, scope)),
    ...calls(host),
    ...SCOPES.flatMap((scope) => shown(host, scope)),
  ];
}

/** G1: what was accepted has ended once, as it was told, and in the order accepted. */
function inputs({ store, sent, withdrawn, follower }: RestlessHost, scope: Scope): string[] {
  const found: string[] = [];
  const rows = inputRows(store, scope);
  const turns = turnRows(store, scope);
  for (const { id, requestId, scope: own } of sent) {
    if (own !== scope) continue;
    const row = rows.find((one) => one.id === id);
    if (follower.replies.get(requestId)?.accepted === true && !row)
      found.push(`G1 ${id} was accepted and is gone`);
  }
  for (const { id, state, turn } of rows) {
    if (!['answered', 'failed', 'cancelled', 'withdrawn'].includes(state)) found.push(`G1 ${id} is ${state}`);
    if ((state === 'withdrawn') !== (turn === null)) found.push(`G1 ${id} is ${state} and in turn ${turn}`);
    if (state === 'withdrawn' && !withdrawn.has(id)) found.push(`G1 nobody withdrew ${id}`);
    const told = follower.endings.get(id);
    if (told && told.size > 1) found.push(`G1 the end of ${id} was told as ${[...told].join(' and ')}`);
  }
  for (const { id, state } of turns) if (state !== 'ended') found.push(`G1 ${id} is ${state}`);
  const taken = turns.flatMap((turn) => rows.filter((row) => row.turn === turn.id).map(({ seq }) => seq));
  if (taken.some((seq, index) => seq < (taken[index - 1] ?? 0)))
    found.push(`G1 inputs were taken in the order ${taken.join(' ')}`);
  return found;
}

/** G2 and G3: decided once, as first answered; begun once, and never when denied. */
function calls({ store, answers, begun, cutOff, outcomes, askedAgain, follower }: RestlessHost): string[] {
  const found = askedAgain.map((step) => `G1 step ${step} had ended and was asked for again`);
  const rows = SCOPES.flatMap((scope) => callRows(store, scope));
  for (const [callId, told] of follower.decided)
    if (told.size > 1) found.push(`G2 everybody was told two decisions about ${callId}`);
  for (const { callId, behavior, requestId } of answers) {
    const reply = follower.replies.get(requestId);
    const decided = rows.find((row) => row.call === callId)?.behavior;
    if (reply?.accepted === true && decided !== behavior)
      found.push(`G2 ${callId} was answered ${behavior}, confirmed, and is decided ${decided}`);
    const told = (reply?.decided as { behavior: string } | undefined)?.behavior;
    if (told !== undefined && told !== decided)
      found.push(`G2 ${callId} is ${decided} and was told as ${told}`);
  }
  const times = Map.groupBy(begun, ({ callId }) => callId);
  for (const { call, behavior } of rows)
    if (behavior === 'deny' && times.has(call)) found.push(`G2 ${call} was denied and begun`);
  for (const [call, lives] of times) {
    if (lives.length > 1) found.push(`G3 ${call} was begun ${lives.length} times`);
    if (!outcomes.has(call)) found.push(`G3 ${call} was begun and has no outcome`);
  }
  for (const [call, outcome] of outcomes)
    if (outcome === 'unknown' && !cutOff.has(call))
      found.push(`G3 ${call} is unknown, and nothing cut it off`);
  for (const call of cutOff)
    if (outcomes.get(call) !== 'unknown') found.push(`G3 ${call} was cut off and is ${outcomes.get(call)}`);
  return found;
}

/** G4: what somebody was told by and by is what is. */
function shown({ store, follower }: RestlessHost, scope: Scope): string[] {
  const found: string[] = [];
  const key = keyOf(scope.agentId, scope.conversationId);
  const waiting = store.inputs.queued(store.conversations.ensure(HUB, scope).id);
  const queue = follower.queue.get(key) ?? [];
  if (waiting.length !== queue.length) found.push(`G4 the queue is shown as ${queue.join(' ')}`);
  const loop = follower.loop.get(key) ?? 'WAITING_ON_INPUT';
  if (loop !== 'WAITING_ON_INPUT') found.push(`G4 the loop is shown as ${loop}`);
  for (const asked of follower.asked)
    if (asked.startsWith(`${key} `)) found.push(`G4 ${asked} is shown as waiting for a person`);
  return found;
}

const idOf = (store: HostStore, scope: Scope): number => store.conversations.ensure(HUB, scope).id;

function inputRows(store: HostStore, scope: Scope): InputRow[] {
  return store.db
    .statement(
      'SELECT seq, client_message_id AS id, state, turn FROM inputs WHERE conversation = ? ORDER BY seq',
    )
    .all(idOf(store, scope)) as unknown as InputRow[];
}

/** In the order in which they were opened. */
function turnRows(store: HostStore, scope: Scope): TurnRow[] {
  return store.db
    .statement('SELECT id, state, options FROM turns WHERE conversation = ? ORDER BY rowid')
    .all(idOf(store, scope)) as unknown as TurnRow[];
}

/** Calls that a person decided: these the store remembers. */
function callRows(store: HostStore, scope: Scope): { call: string; behavior?: string }[] {
  return store.db
    .statement('SELECT call, decision FROM calls WHERE conversation = ? AND decision IS NOT NULL')
    .all(idOf(store, scope))
    .map(({ call, decision }) => ({
      call: String(call),
      behavior: (JSON.parse(String(decision)) as { behavior: string }).behavior,
    }));
}
