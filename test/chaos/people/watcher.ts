import { statSync } from 'node:fs';
import type { Session, TurnResult, Update } from '../../../src/client/index.ts';
import type { Moment } from '../plan/faults.ts';
import type { Books } from './books.ts';
import { CursorCheck } from './cursor-check.ts';
import type { Signals } from './signals.ts';
import type { Story } from './story.ts';

export interface WatcherOptions {
  who: string;
  conversation: string;
  ledger: string;
  session: Session;
  books: Books;
  signals: Signals;
  story: Story;
}

type Loose = Record<string, unknown>;

const MOMENT_OF_DELTA: Record<string, Moment> = {
  assistant_message: 'chunk',
  stop_reason: 'stop_reason',
  client_tool_start: 'client_tool_start',
  client_tool_end: 'client_tool_end',
};
const MOMENT_OF_FRAME: Record<string, Moment> = {
  control_request: 'control_request',
  turn_finished: 'turn_finished',
  resumed: 'resumed',
};

/** Writes down what one session is shown, and raises the moments at which faults come. */
export function watch(options: WatcherOptions): () => void {
  const { who, books, signals, story, session } = options;
  const cursors = new CursorCheck();
  let results: Readonly<Record<string, TurnResult>> = {};
  let link = '';

  const hear = ({ view, frame }: Update): void => {
    if (view.link !== link) {
      link = view.link;
      story.tell(who, `link ${link}`);
    }
    if (view.results !== results) {
      for (const [id, result] of Object.entries(view.results))
        if (results[id] !== result) noteEnding(id, result);
      results = view.results;
    }
    if (!frame) return;
    const fault = cursors.take(frame);
    if (fault) books.seen.push({ what: `${who}: ${fault}`, about: [who, options.conversation] });
    if (frame.type === 'stream_delta') hearDelta(options, frame.delta as Loose);
    else hearFrame(options, frame);
    const moment =
      frame.type === 'stream_delta'
        ? MOMENT_OF_DELTA[String((frame.delta as Loose).message_type)]
        : MOMENT_OF_FRAME[frame.type];
    if (moment) signals.raise(moment);
  };

  const noteEnding = (id: string, { stopReason, error }: TurnResult): void => {
    const input = books.inputs.get(id);
    if (!input) return;
    input.endings.add(stopReason);
    story.tell(who, 'was told the end', `${id}: ${stopReason}${error ? ` (${error})` : ''}`);
  };

  return session.subscribe(hear);
}

function hearDelta({ who, books, story, ledger, conversation }: WatcherOptions, delta: Loose): void {
  const callId = String(delta.tool_call_id);
  switch (delta.message_type) {
    case 'user_message':
    case 'client_tool_start':
    case 'retry':
    case 'loop_error':
    case 'stop_reason':
      return story.tell(who, String(delta.message_type), { ...delta, date: undefined });
    case 'client_tool_end': {
      const call = books.call(callId);
      call.ends.add(`${delta.status}${delta.outcome ? ` ${delta.outcome}` : ''}`);
      call.endSeenAt ??= story.now;
      return story.tell(who, 'client_tool_end', { ...delta, date: undefined });
    }
    case 'tool_return_message': {
      if (String(delta.id).startsWith('synthetic-tool-return-stream-')) return;
      story.tell(who, 'tool_return_message', { ...delta, date: undefined });
      if (delta.outcome !== 'unknown') return;
      books.call(callId).unknown ??= { at: story.now, ledgerBytes: statSync(ledger).size };
      return;
    }
    case 'approval_response_message': {
      const { approve, reason, tool_args, acting_user_id, decided_at } = delta;
      const approval = books.approval(String(delta.approval_request_id), conversation);
      approval.decisions.add(JSON.stringify({ approve, reason, tool_args, acting_user_id, decided_at }));
      story.tell(who, 'approval_response_message', { ...delta, date: undefined });
    }
  }
}

function hearFrame({ who, books, story, conversation }: WatcherOptions, frame: Loose): void {
  switch (frame.type) {
    case 'control_request':
      books.approval(String(frame.request_id), conversation);
      return story.tell(who, 'control_request', {
        id: frame.request_id,
        input: (frame.request as Loose).input,
      });
    case 'update_queue': {
      const queue = (frame.queue as Loose[]).map((item) => item.client_message_id);
      return story.tell(who, 'update_queue', { queue, removed: frame.removed });
    }
    case 'update_loop_status': {
      const { status, turn_id } = frame.loop_status as Loose;
      return story.tell(who, 'loop', { status, turn_id, conversation });
    }
    case 'snapshot': {
      const { status, turn_id } = (frame.loop_status ?? {}) as Loose;
      const queue = (frame.queue as Loose[]).map((item) => item.client_message_id);
      const held = (frame.held as Loose[]).map((item) => item.id);
      return story.tell(who, 'snapshot', {
        cursor: frame.cursor,
        status,
        turn_id,
        queue,
        held,
        conversation,
      });
    }
    case 'turn_finished':
    case 'gap':
    case 'resumed':
    case 'input_held':
    case 'input_handed_over':
    case 'input_withdrawn':
    case 'input_expired':
    case 'input_refused':
      return story.tell(who, frame.type, frame);
  }
}
