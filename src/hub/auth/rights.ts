import { type Person, type Right, rights } from '../ports.ts';

export function holds(person: Pick<Person, 'right'>, needed: Right): boolean {
  return rights.indexOf(person.right) >= rights.indexOf(needed);
}

/** What a refusal says: who lacks what, and the way out. */
export const lacks = (person: Person, needed: Right, what: string): string =>
  `${what} needs the right "${needed}"; the token of ${person.name} has "${person.right}". ` +
  `Use another token, or make one with: signalbox token create NAME --right ${needed}`;

/** What each frame of a client needs. What is not listed touches the machine itself. */
const needed: Record<string, Right> = {
  resume: 'read',
  sync: 'read',
  app_server_info: 'read',
  ping: 'read',
  ack: 'read',
  abort_message: 'send',
  resume_queue: 'send',
  remove_queue_item: 'send',
  withdraw_input: 'send',
  execute_command: 'send',
  runtime_start: 'send',
  runtime_external_tools_update: 'send',
  external_tool_call_response: 'send',
};

/** The right that a frame needs. An answer to an approval is less than a message. */
export function rightFor(frame: { type: string; payload?: unknown; mode?: unknown; cwd?: unknown }): Right {
  if (frame.type === 'input') {
    const kind = (frame.payload as { kind?: unknown } | undefined)?.kind;
    return kind === 'approval_response' ? 'answer' : 'send';
  }
  const changesMachine = frame.type === 'runtime_start' && (frame.mode != null || frame.cwd != null);
  return changesMachine ? 'machine' : (needed[frame.type] ?? 'machine');
}
