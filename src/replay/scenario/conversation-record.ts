import type { ConversationInput } from '../../../machines/conversation.ts';
import type {
  Answer,
  ClassifyInput,
  CommitOp,
  Decision,
  DeskCommand,
  DeskEvent,
  JsonObject,
  ProposedCall,
  QueuedInput,
  Scope,
  Standing,
  ToolOutcome,
} from '../../../machines/ports.ts';
import { UNKNOWN_OUTCOME } from '../../protocol/unknown-outcome.ts';

type Asking = Standing & { kind: 'asking' };

interface Call {
  proposed: ProposedCall;
  shown: Asking | null;
  decision: Decision | null;
  decided: { by: string | null; behavior: 'allow' | 'deny'; at: string } | null;
  isBegun: boolean;
  outcome: ToolOutcome | null;
}

interface Turn {
  id: string;
  items: QueuedInput[];
  step: number;
  isStepEnded: boolean;
  runId: string | null;
  isCancelled: boolean;
  calls: Call[];
}

/** How a call is judged when nobody has decided yet. */
export type Judge = (call: ProposedCall) => Standing;

const NOT_PENDING = 'Approval request is no longer pending';

/**
 * What the store of a host holds of one conversation, in memory: it takes the commands of the desk and the commits of a
 * turn, and outlives the machines of a scenario when these start again.
 */
export class ConversationRecord {
  readonly scope: Scope;
  mode = 'standard';
  cwd = '/work';
  #seq = 0;
  #turns = 0;
  #isPaused = false;
  #queue: QueuedInput[] = [];
  #accepted = new Map<string, 'started' | 'queued'>();
  #turn: Turn | null = null;

  constructor(scope: Scope) {
    this.scope = scope;
  }

  get isOpen(): boolean {
    return this.#turn !== null || this.#queue.length > 0;
  }

  /** What a conversation begins with. */
  input(seed: number): ConversationInput {
    const turn = this.#turn;
    const stage = turn?.isCancelled ? 'cancelling' : turn?.isStepEnded ? 'calls' : 'sampling';
    return {
      scope: this.scope,
      seed,
      queue: [...this.#queue],
      turn: turn && {
        turnId: turn.id,
        items: turn.items,
        step: turn.step,
        stage,
        calls: stage === 'calls' ? turn.calls.map(({ proposed }) => proposed) : [],
        runId: turn.runId,
      },
      begin: this.#isPaused ? 'paused' : 'running',
    };
  }

  pending(): Asking[] {
    if (this.#turn === null || this.#turn.isCancelled) return [];
    return this.#turn.calls.flatMap(({ shown, decision, outcome }) =>
      shown && !decision && !outcome ? [shown] : [],
    );
  }

  /** A host that starts settles what was cut off. Returns how many calls that were. */
  settleCutOff(): number {
    const cutOff = this.#turn?.calls.filter(({ isBegun, outcome }) => isBegun && !outcome) ?? [];
    for (const call of cutOff) call.outcome = UNKNOWN_OUTCOME;
    return cutOff.length;
  }

  /** `at` is the time of the command, as ISO text. */
  command(command: DeskCommand, at: string): DeskEvent[] {
    switch (command.type) {
      case 'desk.accept':
        return [this.#accept(command)];
      case 'desk.withdraw': {
        const { request, item } = command;
        this.#queue = this.#queue.filter(({ seq }) => seq !== item?.seq);
        return [
          { type: 'withdrawal.settled', request, item, status: item ? 'withdrawn' : 'already_dequeued' },
        ];
      }
      case 'desk.answer':
        return this.#answer(command.requestId, command.answer);
      case 'desk.change':
        this.mode = command.mode ?? this.mode;
        this.cwd = command.cwd ?? this.cwd;
        return [{ type: 'change.settled', requestId: command.requestId, accepted: true }];
      case 'desk.cancel': {
        const { requestId, turnId } = command;
        if (this.#turn?.id !== turnId)
          return [{ type: 'cancellation.failed', requestId, error: `turn ${turnId} is over` }];
        this.#turn.isCancelled = true;
        this.#isPaused = true;
        return [{ type: 'cancellation.recorded', requestId, turnId }];
      }
      case 'desk.unpause':
        this.#isPaused = false;
        return [];
      case 'desk.expire': {
        const { approvalId } = command;
        if (!this.pending().some((shown) => shown.approvalId === approvalId)) return [];
        const decision = { behavior: 'deny' as const, message: 'Nobody answered within the time limit' };
        const [, ...decided] = this.#answer(null, { approvalId, decision, by: 'time limit', at });
        return decided;
      }
    }
  }

  /** Returns the id that the commit is answered with. */
  commit(op: CommitOp): string {
    if (op.op === 'openTurn') return this.#openTurn(op.items);
    const turn = this.#turn;
    if (turn === null) return op.turnId;
    switch (op.op) {
      case 'giveBack':
        this.#queue = [...turn.items, ...this.#queue];
        this.#turn = null;
        return op.turnId;
      case 'endStep':
        turn.isStepEnded = true;
        turn.runId = op.runId;
        turn.calls = op.calls.map(proposedCall);
        return op.turnId;
      case 'openStep':
        turn.step = op.step;
        turn.isStepEnded = false;
        turn.calls = [];
        return op.turnId;
      case 'recordIntent':
        for (const call of turn.calls) if (call.proposed.id === op.callId) call.isBegun = true;
        return op.callId;
      case 'recordOutcome':
        for (const call of turn.calls) if (call.proposed.id === op.callId) call.outcome = op.outcome;
        return op.callId;
      case 'endTurn':
        this.#turn = null;
        return op.turnId;
    }
  }

  /** What is known of a call is believed before it is judged. */
  classify({ calls }: ClassifyInput, judge: Judge): Standing[] {
    return calls.map((proposed) => {
      const call = this.#turn?.calls.find((each) => each.proposed.id === proposed.id);
      const standing = (call && standingOf(call)) ?? judge(proposed);
      if (call && standing.kind === 'asking') call.shown = standing;
      return standing;
    });
  }

  #accept({ requestId, submission }: DeskCommand & { type: 'desk.accept' }): DeskEvent {
    const { clientMessageId, messages, optionsKey, sender, at } = submission;
    const known = this.#accepted.get(clientMessageId);
    if (known) return { type: 'input.repeated', requestId, clientMessageId, disposition: known };
    this.#accepted.set(clientMessageId, this.isOpen ? 'queued' : 'started');
    this.#isPaused = false;
    const seq = ++this.#seq;
    const item = { id: `q-${seq}`, seq, clientMessageId, messages, optionsKey, sender, enqueuedAt: at };
    this.#queue.push(item);
    return { type: 'input.accepted', requestId, item };
  }

  #openTurn(seqs: number[]): string {
    const items = this.#queue.filter(({ seq }) => seqs.includes(seq));
    this.#queue = this.#queue.filter(({ seq }) => !seqs.includes(seq));
    this.#turns += 1;
    const id = `turn-${this.scope.conversationId}-${this.#turns}`;
    this.#turn = { id, items, step: 1, isStepEnded: false, runId: null, isCancelled: false, calls: [] };
    return id;
  }

  #answer(requestId: string | null, { approvalId, decision: asked, by, at }: Answer): DeskEvent[] {
    const call = this.#turn?.calls.find(({ shown }) => shown?.approvalId === approvalId);
    const about = { type: 'answer.settled' as const, requestId };
    if (!call?.shown || (call.outcome && !call.decided))
      return [{ ...about, accepted: false, error: NOT_PENDING }];
    if (call.decided)
      return [
        {
          ...about,
          accepted: false,
          error: `${NOT_PENDING}: it was decided before`,
          decided: call.decided,
        },
      ];
    const decision = decisionOn(call.shown, asked);
    call.decision = decision;
    call.decided = { by, behavior: decision.behavior, at };
    return [
      { ...about, accepted: true },
      { type: 'approval.decided', approvalId, callId: call.proposed.id, decision, by, at },
    ];
  }
}

function proposedCall(proposed: ProposedCall): Call {
  return { proposed, shown: null, decision: null, decided: null, isBegun: false, outcome: null };
}

function decisionOn(shown: Asking, asked: Answer['decision']): Decision {
  if (asked.behavior === 'deny')
    return { behavior: 'deny', message: asked.message.trim() ? asked.message : 'Denied by the user' };
  const edited = asked.updatedInput !== null;
  const args: JsonObject = asked.updatedInput ?? shown.args;
  return { behavior: 'allow', message: asked.message, args, effect: shown.effect, edited };
}

function standingOf({ proposed, shown, decision, outcome }: Call): Standing | null {
  if (outcome) return { ...proposed, kind: 'settled', outcome };
  if (decision?.behavior === 'deny') return { ...proposed, kind: 'denied', reason: decision.message };
  if (!decision) return shown;
  const { args, effect, message } = decision;
  return { ...proposed, kind: 'allowed', args, cwd: shown?.cwd ?? '', effect, comment: message };
}
