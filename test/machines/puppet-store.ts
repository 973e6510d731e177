import { fromCallback, fromPromise } from 'xstate';
import type {
  Answer,
  CallEffect,
  CommitOp,
  Committed,
  Decision,
  DeskCommand,
  DeskEvent,
  QueuedInput,
  RecoveredTurn,
  Scope,
  ToolOutcome,
} from '../../machines/ports.ts';

interface Row {
  item: QueuedInput;
  state: 'queued' | 'taken' | 'ended' | 'withdrawn';
  turn: string | null;
  disposition: 'started' | 'queued';
}
interface TurnRow {
  open: boolean;
  cancelled: boolean;
  step: number;
  calls: RecoveredTurn['calls'];
  /** The step whose end is on disk. */
  ended: number;
  runId: string | null;
}

const AT = '2026-01-01T00:00:00Z';

/**
 * A host's store in memory, with what stands before it: the desk, which answers in a microtask and in order, and the
 * commits of turns. It outlives the machines, so that a restart can be played.
 */
export class PuppetStore {
  /** False: every write is refused, as on a full disk. */
  works = true;
  /** Commits that stay on their way until `release`. */
  holds: (op: CommitOp) => boolean = () => false;
  /** True: the desk writes at once, but what it has to say stays on its way until `release`. */
  holdsDesk = false;
  readonly written: CommitOp[] = [];
  readonly rows: Row[] = [];
  readonly turns = new Map<string, TurnRow>();
  /** What a call touches after its arguments were edited, by approval. */
  readonly effects = new Map<string, CallEffect>();
  readonly decisions = new Map<string, { behavior: 'allow' | 'deny'; by: string | null; at: string }>();
  paused = false;
  #held: (() => void)[] = [];

  readonly commit = fromPromise<Committed, CommitOp>(async ({ input }) => {
    if (this.holds(input)) await new Promise<void>((resolve) => this.#held.push(resolve));
    if (!this.works) return { ok: false, error: 'disk full' };
    const id = this.#write(input);
    this.written.push(input);
    return { ok: true, id };
  });

  readonly desk = fromCallback<DeskCommand, { scope: Scope }>(({ sendBack, receive }) => {
    receive((command) => {
      const answers = this.#clerk(command);
      const say = (): void => {
        for (const answer of answers) sendBack(answer);
      };
      if (this.holdsDesk) this.#held.push(say);
      else queueMicrotask(say);
    });
  });

  release(): void {
    for (const go of this.#held.splice(0)) go();
  }

  /** What a host that starts finds. */
  recover(): { queue: QueuedInput[]; turn: RecoveredTurn | null; begin: 'running' | 'paused' } {
    const open = [...this.turns].find(([, turn]) => turn.open);
    const queue = this.rows.filter(({ state }) => state === 'queued').map(({ item }) => item);
    return { queue, turn: open ? this.#recovered(...open) : null, begin: this.paused ? 'paused' : 'running' };
  }

  /** What a call came to, as far as it is on disk. */
  outcomeOf(callId: string): ToolOutcome | null {
    const found = this.written.findLast((op) => op.op === 'recordOutcome' && op.callId === callId);
    return found?.op === 'recordOutcome' ? found.outcome : null;
  }

  /** What a host does before it speaks: calls that were begun and not ended have an unknown outcome. */
  settleCutOffCalls(): void {
    for (const op of [...this.written])
      if (op.op === 'recordIntent' && this.outcomeOf(op.callId) === null)
        this.written.push({
          op: 'recordOutcome',
          turnId: op.turnId,
          callId: op.callId,
          outcome: { status: 'error', text: 'Outcome unknown', outcome: 'unknown' },
        });
  }

  idsIn(state: Row['state']): string[] {
    return this.rows.filter((row) => row.state === state).map(({ item }) => item.clientMessageId);
  }

  /** The inputs of each turn that was opened, in order. */
  turnsTaken(): string[][] {
    return [...this.turns.keys()].map((turn) =>
      this.rows.filter((row) => row.turn === turn).map(({ item }) => item.clientMessageId),
    );
  }

  ops(): string[] {
    return this.written.map(({ op }) => op);
  }

  #recovered(turnId: string, turn: TurnRow): RecoveredTurn {
    const stage = turn.cancelled ? 'cancelling' : turn.ended === turn.step ? 'calls' : 'sampling';
    return {
      turnId,
      items: this.rows.filter((row) => row.turn === turnId).map(({ item }) => item),
      step: turn.step,
      stage,
      calls: stage === 'calls' ? turn.calls : [],
      runId: turn.ended === turn.step ? turn.runId : null,
    };
  }

  #write(op: CommitOp): string {
    if (op.op === 'openTurn') return this.#open(op.items);
    const turn = this.turns.get(op.turnId);
    if (!turn) throw new Error(`no turn ${op.turnId}`);
    const rows = this.rows.filter((row) => row.turn === op.turnId);
    if (op.op === 'giveBack') {
      for (const row of rows) Object.assign(row, { state: 'queued', turn: null });
      this.turns.delete(op.turnId);
    }
    if (op.op === 'endTurn') {
      for (const row of rows) row.state = 'ended';
      turn.open = false;
    }
    if (op.op === 'openStep') turn.step = op.step;
    if (op.op === 'endStep') Object.assign(turn, { ended: op.step, calls: op.calls, runId: op.runId });
    return op.turnId;
  }

  #open(seqs: readonly number[]): string {
    const id = `turn-${this.written.length + 1}`;
    const rows = this.rows.filter(({ item }) => seqs.includes(item.seq));
    for (const row of rows)
      if (row.state !== 'queued') throw new Error(`${row.item.clientMessageId} is not queued`);
    for (const row of rows) Object.assign(row, { state: 'taken', turn: id });
    this.turns.set(id, { open: true, cancelled: false, step: 1, calls: [], ended: 0, runId: null });
    return id;
  }

  #clerk(command: DeskCommand): DeskEvent[] {
    switch (command.type) {
      case 'desk.accept':
        return [this.#accept(command)];
      case 'desk.withdraw':
        return [this.#withdraw(command)];
      case 'desk.cancel':
        return [this.#cancel(command)];
      case 'desk.answer':
        return this.#settle(command.requestId, command.answer);
      case 'desk.expire':
        return this.#settle(null, {
          approvalId: command.approvalId,
          decision: { behavior: 'deny', message: 'nobody answered in time' },
          by: 'time limit',
          at: AT,
        });
      case 'desk.unpause':
        if (this.works) this.paused = false;
        return [];
      case 'desk.change':
        return [
          this.works
            ? { type: 'change.settled', requestId: command.requestId, accepted: true }
            : { type: 'change.settled', requestId: command.requestId, accepted: false, error: 'disk full' },
        ];
    }
  }

  #accept({ requestId, submission }: DeskCommand & { type: 'desk.accept' }): DeskEvent {
    const { clientMessageId } = submission;
    const known = this.rows.find(({ item }) => item.clientMessageId === clientMessageId);
    if (known?.state === 'withdrawn')
      return { type: 'input.refused', requestId, clientMessageId, error: 'withdrawn' };
    if (known) return { type: 'input.repeated', requestId, clientMessageId, disposition: known.disposition };
    if (!this.works) return { type: 'input.refused', requestId, clientMessageId, error: 'disk full' };
    const idle = !this.rows.some(({ state }) => state === 'queued' || state === 'taken');
    const item = this.#insert(clientMessageId, 'queued', idle ? 'started' : 'queued', {
      messages: submission.messages,
      optionsKey: submission.optionsKey,
      sender: submission.sender,
    });
    this.paused = false;
    return { type: 'input.accepted', requestId, item };
  }

  #withdraw({ request, item }: DeskCommand & { type: 'desk.withdraw' }): DeskEvent {
    if (!this.works) return { type: 'withdrawal.failed', request, item, error: 'disk full' };
    const id = item?.clientMessageId ?? request.clientMessageId;
    const row = this.rows.find((candidate) => candidate.item.clientMessageId === id);
    if (!row && id !== null) this.#insert(id, 'withdrawn', 'queued', {});
    if (row?.state === 'queued') row.state = 'withdrawn';
    const gone = id !== null && (!row || row.state === 'withdrawn');
    return { type: 'withdrawal.settled', request, item, status: gone ? 'withdrawn' : 'already_dequeued' };
  }

  #cancel({ requestId, turnId }: DeskCommand & { type: 'desk.cancel' }): DeskEvent {
    const turn = this.turns.get(turnId);
    if (!this.works || !turn?.open)
      return {
        type: 'cancellation.failed',
        requestId,
        error: this.works ? `${turnId} is over` : 'disk full',
      };
    turn.cancelled = true;
    this.paused = true;
    return { type: 'cancellation.recorded', requestId, turnId };
  }

  #settle(requestId: string | null, { approvalId, decision, by, at }: Answer): DeskEvent[] {
    if (!this.works) return [{ type: 'answer.settled', requestId, accepted: false, error: 'disk full' }];
    const before = this.decisions.get(approvalId);
    if (before)
      return [
        {
          type: 'answer.settled',
          requestId,
          accepted: before.behavior === decision.behavior,
          decided: before,
        },
      ];
    this.decisions.set(approvalId, { behavior: decision.behavior, by, at });
    const decided: Decision =
      decision.behavior === 'deny'
        ? decision
        : {
            behavior: 'allow',
            message: decision.message,
            args: decision.updatedInput ?? {},
            effect: this.effects.get(approvalId) ?? { kind: 'anything' },
            edited: decision.updatedInput !== null,
          };
    const callId = approvalId.replace(/^perm-/, '');
    return [
      { type: 'answer.settled', requestId, accepted: true },
      { type: 'approval.decided', approvalId, callId, decision: decided, by, at },
    ];
  }

  #insert(
    clientMessageId: string,
    state: Row['state'],
    disposition: Row['disposition'],
    fields: Partial<QueuedInput>,
  ): QueuedInput {
    const seq = this.rows.length + 1;
    const item: QueuedInput = {
      id: `q-${seq}`,
      seq,
      clientMessageId,
      messages: [],
      optionsKey: '{}',
      sender: null,
      enqueuedAt: AT,
      ...fields,
    };
    this.rows.push({ item, state, turn: null, disposition });
    return item;
  }
}
