import { fromCallback } from 'xstate';
import type { RunCallInput, ToolEnded, ToolOutcome, ToolOutput } from '../machines/ports.ts';
import type { Secrets } from './secrets/known-secrets.ts';
import { maskText } from './secrets/mask.ts';
import { commandEnvironment } from './tools/environment.ts';
import { cancelled, failure } from './tools/outcome.ts';
import type { Tool, ToolContext } from './tools/tool.ts';

/** Ends the call and everything it started; `tool.ended` still comes, when all is dead. */
export interface ToolCancel {
  type: 'tool.cancel';
}

type ToolRunnerTools = ReadonlyMap<string, Tool>;

export interface ToolRunnerOptions {
  /** By name; or how to come by them. */
  tools: ToolRunnerTools | (() => Promise<ToolRunnerTools>);
  /** The host's own environment; commands get less of it. */
  env: Record<string, string | undefined>;
  /** What must not show in anything that a tool says. */
  mask: Secrets;
  /** What the processes of a call carry in SIGNALBOX_CALL, so that a later life of the host can find them. */
  markOf: (callId: string) => string;
}

/**
 * Port `toolRunner`: runs one call. Sends `tool.output` while it runs and `tool.ended` exactly once, never
 * from inside the handling of a command. Stopping the actor cancels the call, without a word.
 */
export function createToolRunner({ tools, env, mask, markOf }: ToolRunnerOptions) {
  return fromCallback<ToolCancel, RunCallInput>(({ input, sendBack, receive }) => {
    const { callId } = input;
    const mark = markOf(callId);
    const abort = new AbortController();
    let ended = false;
    // One queue for all: output keeps its place before the end.
    const say = (event: ToolOutput | ToolEnded): void => queueMicrotask(() => sendBack(event));

    receive((event) => {
      if (event.type === 'tool.cancel' && !ended) abort.abort();
    });

    const context: ToolContext = {
      callId,
      cwd: input.cwd,
      effect: input.effect,
      mark,
      env: commandEnvironment(env, mark),
      secrets: mask,
      signal: abort.signal,
      output: (text) => {
        if (!ended) say({ type: 'tool.output', callId, text: maskText(mask, text) });
      },
    };
    void runCall(tools, input, context).then((outcome) => {
      ended = true;
      say({ type: 'tool.ended', callId, outcome: masked(mask, outcome) });
    });

    return () => {
      // What a command left in the background on purpose outlives its call.
      if (!ended) abort.abort();
    };
  });
}

/** Never rejects: a bug in a tool ends this call, not the conversation. */
async function runCall(
  given: ToolRunnerOptions['tools'],
  { name, args }: RunCallInput,
  context: ToolContext,
): Promise<ToolOutcome> {
  const tools = typeof given === 'function' ? await given() : given;
  const tool = tools.get(name);
  if (!tool) return failure(`There is no tool ${name}. The tools are: ${[...tools.keys()].join(', ')}.`);
  const parsed = tool.parameters.safeParse(args);
  if (!parsed.success)
    return failure(`The arguments of ${name} do not fit: ${explain(parsed.error.issues)}.`);
  try {
    const outcome = await tool.run(parsed.data, context);
    if (!context.signal.aborted || outcome.outcome === 'cancelled') return outcome;
    return cancelled(`Cancelled, but it had already come to its end: ${outcome.text}`);
  } catch (error) {
    return failure(`${name} broke: ${error instanceof Error ? error.message : String(error)}`);
  }
}

function explain(issues: readonly { path: PropertyKey[]; message: string }[]): string {
  return issues
    .map(({ path, message }) => (path.length > 0 ? `${path.join('.')}: ${message}` : message))
    .join('; ');
}

function masked(secrets: Secrets, outcome: ToolOutcome): ToolOutcome {
  const hide = (text: string): string => maskText(secrets, text);
  return {
    ...outcome,
    text: hide(outcome.text),
    ...(outcome.stdout && { stdout: outcome.stdout.map(hide) }),
    ...(outcome.stderr && { stderr: outcome.stderr.map(hide) }),
  };
}
