import { type ActorRefFrom, createActor, fromCallback } from 'xstate';
import { type ConversationInput, conversationMachine } from '../../machines/conversation.ts';
import type {
  CallEffect,
  CancelRunInput,
  CancelRunOutput,
  Chunk,
  ClassifyInput,
  Frame,
  JsonObject,
  ModelStepEvent,
  ModelStepInput,
  OutboxCommand,
  ProposedCall,
  RunCallInput,
  Scope,
  Standing,
  ToolEnded,
  ToolOutput,
} from '../../machines/ports.ts';
import { toolBatchMachine } from '../../machines/tool-batch.ts';
import { toolCallMachine } from '../../machines/tool-call.ts';
import { turnMachine } from '../../machines/turn.ts';
import { VirtualClock } from '../support/virtual-clock.ts';
import { outboxLines } from './outbox-lines.ts';
import { PuppetStore } from './puppet-store.ts';
import { asker, talker } from './puppets.ts';

export const scope: Scope = { agentId: 'agent-1', conversationId: 'default' };

/** How the judge sees a call: by its id, else everything is allowed and reads nothing. */
export interface Judgement {
  kind: 'allowed' | 'asking' | 'denied';
  effect?: CallEffect;
  /** Milliseconds until nobody's answer is taken for a no. */
  limitMs?: number;
}

export interface HouseOptions {
  store?: PuppetStore;
  begin?: ConversationInput['begin'];
  judge?: Record<string, Judgement>;
  /** True: the judge answers only when the test says so. */
  slowJudge?: boolean;
  hub?: (input: CancelRunInput) => CancelRunOutput | undefined;
}

// A call tells its batch that it is settled and ends; the batch may be over by then, and does not mind.
const warn = console.warn;
console.warn = (...text: unknown[]) => {
  if (!/xstate\.done\.actor\.call:.* was sent to stopped actor/.test(String(text[0]))) warn(...text);
};

/** Lets everything that is under way without a timer come to its rest. */
export const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));

/**
 * One conversation with everything real but the world: its store, model, judge, hub and tools are puppets, time is
 * virtual. `lines` is what everybody would see, in order.
 */
export function openHouse(options: HouseOptions = {}) {
  const { store = new PuppetStore(), judge = {} } = options;
  const clock = new VirtualClock();
  const { lines, tell } = outboxLines();
  const frames: Frame[] = [];
  const models = talker<{ type: 'none' }, ModelStepInput, ModelStepEvent>();
  const tools = talker<{ type: 'tool.cancel' }, RunCallInput, ToolOutput | ToolEnded>();
  const standOf = (call: ProposedCall): Standing => {
    const outcome = store.outcomeOf(call.id);
    if (outcome) return { ...call, kind: 'settled', outcome };
    const decided = store.decisions.get(`perm-${call.id}`)?.behavior;
    const kind = decided && (decided === 'allow' ? 'allowed' : 'denied');
    return standingOf(call, kind ? { ...judge[call.id], kind } : judge[call.id]);
  };
  const judged = asker<Standing[], ClassifyInput>(({ calls }) =>
    options.slowJudge ? undefined : calls.map((call) => standOf(call)),
  );
  const cancels = asker<CancelRunOutput, CancelRunInput>(options.hub ?? (() => ({ ok: true })));
  const outbox = fromCallback<OutboxCommand, { scope: Scope }>(({ receive }) => {
    receive((command) => {
      if (command.type === 'outbox.reply') frames.push(command.frame);
      tell(actor.getSnapshot(), command);
    });
  });

  const toolCall = toolCallMachine.provide({ actors: { commit: store.commit, toolRunner: tools.logic } });
  const turn = turnMachine.provide({
    actors: {
      commit: store.commit,
      modelStep: models.logic,
      classify: judged.logic,
      cancelRun: cancels.logic,
      toolBatch: toolBatchMachine.provide({ actors: { toolCall } }),
    },
  });
  const actor: ActorRefFrom<typeof conversationMachine> = createActor(
    conversationMachine.provide({ actors: { desk: store.desk, outbox, turn } }),
    {
      input: { scope, seed: 1, ...store.recover(), ...(options.begin ? { begin: options.begin } : {}) },
      clock,
    },
  );
  actor.start();

  let said = 0;
  return {
    actor,
    clock,
    store,
    lines,
    frames,
    models,
    tools,
    judged,
    cancels,
    /** The lines since the last time this was asked. */
    news(): string[] {
      const news = lines.slice(said);
      said = lines.length;
      return news;
    },
    send(id: string, options: JsonObject = {}): void {
      actor.send({
        type: 'input.submitted',
        requestId: `r-${id}`,
        submission: {
          clientMessageId: id,
          messages: [{ role: 'user', content: `text of ${id}`, otid: id }],
          optionsKey: JSON.stringify(options),
          sender: null,
          at: '2026-01-01T00:00:00Z',
        },
      });
    },
    withdraw(id: string, requestId = `w-${id}`): void {
      actor.send({
        type: 'withdraw.asked',
        request: { requestId, reply: 'withdraw_input', clientMessageId: id, itemId: null },
      });
    },
    abort(requestId = 'abort', named: { turnId?: string; runId?: string } = {}): void {
      actor.send({
        type: 'abort.asked',
        requestId,
        turnId: named.turnId ?? null,
        runId: named.runId ?? null,
        by: null,
      });
    },
    resume(requestId = 'resume'): void {
      actor.send({ type: 'queue.resumeAsked', requestId });
    },
    decide(approvalId: string, behavior: 'allow' | 'deny', edited: JsonObject | null = null): void {
      actor.send({
        type: 'answer.given',
        requestId: `a-${approvalId}`,
        answer: {
          approvalId,
          decision:
            behavior === 'allow'
              ? { behavior, message: null, updatedInput: edited, suggestions: [] }
              : { behavior, message: 'not now' },
          by: 'pia',
          at: '2026-01-01T00:00:00Z',
        },
      });
    },
    /** The model answers the step with a text, and is done. */
    reply(text: string, runId = 'run-1'): void {
      models
        .last()
        .say(
          { type: 'step.sent' },
          chunk(runId, { message_type: 'assistant_message', content: text }),
          ended(runId, 'end_turn', []),
        );
    },
    /** The model proposes calls. */
    propose(...ids: string[]): void {
      const calls = ids.map((id) => ({ id, name: 'Tool', arguments: '{}' }));
      models
        .last()
        .say(
          { type: 'step.sent' },
          chunk('run-1', { message_type: 'approval_request_message' }),
          ended('run-1', 'requires_approval', calls),
        );
    },
    fail(
      cause: Extract<ModelStepEvent, { type: 'step.failed' }>['cause'],
      about: Partial<Failed> = {},
    ): void {
      models.last().say({
        type: 'step.failed',
        cause,
        message: `${cause} failed`,
        runId: 'run-1',
        retryable: true,
        retryAfterMs: 0,
        ...about,
      });
    },
    tool(id: string) {
      const life = tools.lives.find(({ input }) => input.callId === id);
      if (!life) throw new Error(`${id} was not started`);
      return life;
    },
    endTool(id: string, outcome: Partial<ToolEnded['outcome']> = {}): void {
      this.tool(id).say({
        type: 'tool.ended',
        callId: id,
        outcome: { status: 'success', text: `result of ${id}`, ...outcome },
      });
    },
    runningTools: () => tools.alive().map(({ input }) => input.callId),
    /** The value of the conversation and of its turn, the second as JSON. */
    state(): { conversation: unknown; turn: unknown } {
      const snapshot = actor.getSnapshot();
      return { conversation: snapshot.value, turn: snapshot.children.turn?.getSnapshot().value };
    },
  };
}
export type House = ReturnType<typeof openHouse>;

type Failed = Extract<ModelStepEvent, { type: 'step.failed' }>;

export const chunk = (runId: string, fields: Chunk, seq = 1): ModelStepEvent => ({
  type: 'step.chunks',
  runId,
  seq,
  chunks: [fields],
});
const ended = (runId: string, stopReason: string, calls: ProposedCall[]): ModelStepEvent => ({
  type: 'step.ended',
  runId,
  stopReason,
  calls,
  usage: null,
});

export function standingOf(call: ProposedCall, judgement: Judgement = { kind: 'allowed' }): Standing {
  const effect = judgement.effect ?? { kind: 'reads' as const, files: [] };
  if (judgement.kind === 'denied') return { ...call, kind: 'denied', reason: 'a rule forbids it' };
  if (judgement.kind === 'allowed')
    return { ...call, kind: 'allowed', args: {}, cwd: '/w', effect, comment: null };
  return {
    ...call,
    kind: 'asking',
    approvalId: `perm-${call.id}`,
    args: {},
    cwd: '/w',
    effect,
    suggestions: [],
    rules: {},
    diffs: [],
    ...(judgement.limitMs === undefined ? {} : { limitMs: judgement.limitMs }),
  };
}
