import { type Command, commandSchema } from './commands.ts';
import { messageCreateSchema } from './content.ts';
import { type Runtime, runtimeSchema } from './scope.ts';

/** What a frame from a client turned out to be. Nothing here throws: garbage is a value. */
export type ParsedCommand =
  | { ok: true; command: Command }
  | {
      ok: false;
      /** `garbage`: no JSON object with a `type`. `unknown`: a type we do not have. `invalid`: bad fields. */
      kind: 'garbage' | 'unknown' | 'invalid';
      reason: string;
      type?: string;
      requestId?: string;
      runtime?: Runtime;
    };

const knownTypes = new Set<string>(commandSchema.options.map((option) => option.shape.type.value));

/** Reads one frame from a client, given as parsed JSON. */
export function parseCommand(frame: unknown): ParsedCommand {
  if (typeof frame !== 'object' || frame === null || Array.isArray(frame))
    return { ok: false, kind: 'garbage', reason: 'a frame is a JSON object' };
  const legacy = fromLegacyMessage(frame as Record<string, unknown>);
  const { type, request_id, runtime } = legacy as Record<string, unknown>;
  if (typeof type !== 'string') return { ok: false, kind: 'garbage', reason: 'the frame has no "type"' };
  const parsedRuntime = runtimeSchema.safeParse(runtime);
  const known = {
    type,
    ...(typeof request_id === 'string' && request_id ? { requestId: request_id } : {}),
    ...(parsedRuntime.success ? { runtime: parsedRuntime.data } : {}),
  };
  if (!knownTypes.has(type))
    return { ok: false, kind: 'unknown', reason: `not supported: "${type}"`, ...known };
  const parsed = commandSchema.safeParse(legacy);
  if (parsed.success) return { ok: true, command: parsed.data };
  return { ok: false, kind: 'invalid', reason: `${type}: ${firstIssue(parsed.error)}`, ...known };
}

interface ZodLikeError {
  issues: readonly { path: PropertyKey[]; message: string; errors?: readonly unknown[] }[];
}

/** The first complaint of zod in one line, with the path of the field. */
function firstIssue(error: ZodLikeError): string {
  const issue = error.issues[0];
  if (!issue) return 'invalid';
  return `${issue.path.map(String).join('.') || 'frame'}: ${issue.message}`;
}

/** `{type:"message", agentId, conversationId, messages}` is the older form of `input` (protocol.md 3.1). */
function fromLegacyMessage(frame: Record<string, unknown>): Record<string, unknown> {
  if (frame.type !== 'message' || !Array.isArray(frame.messages)) return frame;
  if (!frame.messages.every((message) => messageCreateSchema.safeParse(message).success)) return frame;
  const conversation = frame.conversationId ?? frame.conversation_id ?? 'default';
  return {
    type: 'input',
    ...(frame.request_id === undefined ? {} : { request_id: frame.request_id }),
    runtime: { agent_id: frame.agentId ?? null, conversation_id: conversation },
    payload: {
      kind: 'create_message',
      messages: frame.messages,
      ...(Array.isArray(frame.clientToolAllowlist)
        ? { client_tool_allowlist: frame.clientToolAllowlist }
        : {}),
    },
  };
}
