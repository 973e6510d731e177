import type { SavedRule, Suggestion } from '../../machines/ports.ts';
import type { JudgedCall } from './judged-call.ts';

// A longer command is not read before it is agreed to, so it is agreed to once at most.
const MAX_COMMAND_LENGTH = 2000;

/** Does a rule that a person saved in this conversation allow exactly this call? */
export function isSaved(rule: SavedRule, call: JudgedCall): boolean {
  if (rule.tool !== call.name) return false;
  if ('command' in rule) {
    return call.class === 'shell' && rule.command === call.args.command && rule.cwd === call.cwd;
  }
  return call.class !== 'shell' && call.real.length > 0 && call.real.every((place) => place === rule.path);
}

/** What to offer beside "allow": the rule that allows the same again, and nothing more. */
export function suggestionsFor(call: JudgedCall): Suggestion[] {
  if (call.class === 'shell') {
    const command = String(call.args.command);
    if (command.length > MAX_COMMAND_LENGTH) return [];
    const rule = { tool: 'Bash', command, cwd: call.cwd } as const;
    return [{ id: 'save-default', text: `Always allow exactly: ${command}`, rule }];
  }
  const [path, ...others] = call.real;
  const isOneFile = path !== undefined && others.length === 0;
  if (!isOneFile || (call.class !== 'reading' && call.class !== 'editing')) return [];
  const text = `Always allow ${call.name} for exactly: ${path}`;
  return [{ id: 'save-default', text, rule: { tool: call.name, path } }];
}
