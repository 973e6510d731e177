import { type PathPattern, parsePathPattern } from './path-pattern.ts';
import { toolClass } from './tool-class.ts';

/** The lists of settings, by name. All but `allow` restrict: they would rather match too much. */
export type RuleList = 'deny' | 'alwaysAsk' | 'allow' | 'ask';

type RuleTarget =
  | { kind: 'tool' }
  | { kind: 'command'; command: string }
  | { kind: 'prefix'; prefix: string }
  | { kind: 'path'; pattern: PathPattern };

/** One rule of settings. `text` is what the person wrote. */
export interface Rule {
  list: RuleList;
  text: string;
  tool: string;
  target: RuleTarget;
}

/** A rule that cannot be followed, with the way out. */
export interface BrokenRule {
  list: RuleList;
  text: string;
  problem: string;
}

/** What a rule is read against: absolute paths and the names of the tools there are. */
export interface RuleContext {
  cwd: string;
  userHome: string;
  tools: readonly string[];
}

type Parsed = { ok: true; target: RuleTarget } | { ok: false; problem: string };

/** Reads `Tool` or `Tool(pattern)`. */
export function parseRule(list: RuleList, text: string, context: RuleContext): Rule | BrokenRule {
  const [, tool, pattern] = /^([\w-]+)(?:\((.*)\))?$/s.exec(text) ?? [];
  if (tool === undefined) {
    return { list, text, problem: 'a rule is written Tool or Tool(pattern), like Bash(npm test)' };
  }
  if (!context.tools.includes(tool)) {
    const names = [...context.tools].sort().join(', ');
    return { list, text, problem: `there is no tool ${tool}; the tools are ${names}` };
  }
  const parsed = pattern === undefined ? all : parseTarget(list, tool, pattern, context);
  return parsed.ok ? { list, text, tool, target: parsed.target } : { list, text, problem: parsed.problem };
}

const all: Parsed = { ok: true, target: { kind: 'tool' } };

function parseTarget(list: RuleList, tool: string, pattern: string, context: RuleContext): Parsed {
  if (pattern.trim() === '') return refuse(`its pattern is empty; write ${tool} for every call`);
  switch (toolClass(tool)) {
    case 'shell':
      return parseShellTarget(list, tool, pattern);
    case 'other':
      return refuse(`${tool} takes no pattern; write ${tool} for every call`);
    default: {
      const parsed = parsePathPattern(pattern, context);
      return parsed.ok ? { ok: true, target: { kind: 'path', pattern: parsed.pattern } } : parsed;
    }
  }
}

function parseShellTarget(list: RuleList, tool: string, pattern: string): Parsed {
  const prefix = pattern.endsWith(':*') ? pattern.slice(0, -2).trim() : undefined;
  if (prefix === '' || pattern.trim() === '*') return refuse(`write ${tool} for every command`);
  if (prefix !== undefined && list === 'allow') {
    return refuse(
      `a prefix would also allow "${prefix} && …" and whatever follows; allow whole commands, each as ${tool}(command)`,
    );
  }
  if (prefix !== undefined) return { ok: true, target: { kind: 'prefix', prefix } };
  // As a whole command it would restrict almost nothing, which is hardly what its writer meant.
  if (list !== 'allow' && pattern.endsWith('*')) {
    return refuse(`"*" stands for itself in a command; write ${tool}(${pattern.replace(/[\s*]+$/, '')}:*)`);
  }
  return { ok: true, target: { kind: 'command', command: pattern } };
}

function refuse(problem: string): Parsed {
  return { ok: false, problem };
}
