import type { RunChunk } from '../../protocol/delta.ts';

/** The chunks of a run with those of one message joined to one: what a client gets that wants no single tokens. */
export function wholeMessages(chunks: readonly RunChunk[]): RunChunk[] {
  const whole: RunChunk[] = [];
  for (const chunk of chunks) {
    const last = whole.at(-1);
    const joined = last && last.id === chunk.id ? join(last, chunk) : null;
    if (joined) whole[whole.length - 1] = joined;
    else whole.push(chunk);
  }
  return whole;
}

/** Null when the two do not belong together. The joined chunk has the later place in the run. */
function join(a: RunChunk, b: RunChunk): RunChunk | null {
  const place = b.seq_id === undefined ? {} : { seq_id: b.seq_id };
  if (a.message_type === 'assistant_message' && b.message_type === 'assistant_message')
    return { ...a, ...place, content: a.content + b.content };
  if (a.message_type === 'reasoning_message' && b.message_type === 'reasoning_message')
    return { ...a, ...place, reasoning: a.reasoning + b.reasoning };
  if (
    a.message_type === 'approval_request_message' &&
    b.message_type === 'approval_request_message' &&
    a.tool_call.tool_call_id === b.tool_call.tool_call_id
  )
    return {
      ...a,
      ...place,
      tool_call: { ...a.tool_call, arguments: a.tool_call.arguments + b.tool_call.arguments },
    };
  return null;
}
