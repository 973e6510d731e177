/** One line of a script, in the order of the script. */
export type Line =
  | { do: 'say' | 'think'; text: string }
  | { do: 'call'; name: string; arguments: string }
  | { do: 'sleep'; ms: number }
  | { do: 'fail'; status: number; message: string };

/** `line` counts from 1, the `#script` line included. */
export type ParsedScript =
  | { ok: true; steps: Line[][] }
  | { ok: false; line: number; text: string; reason: string };

/** A message is a script when its first line is `#script`. */
export function isScript(message: string): boolean {
  return /^#script[^\S\n]*(\n|$)/.test(message);
}

/** Parses a message for which `isScript` holds. The first line that cannot be understood ends it. */
export function parseScript(message: string): ParsedScript {
  const steps: Line[][] = [[]];
  for (const [index, raw] of message.split(/\r?\n/).entries()) {
    const text = raw.trim();
    if (index === 0 || text === '') continue;
    if (text === '---') {
      steps.push([]);
      continue;
    }
    const line = parseLine(text);
    if (typeof line === 'string') return { ok: false, line: index + 1, text, reason: line };
    steps.at(-1)?.push(line);
  }
  return { ok: true, steps };
}

/** The line, or what is wrong with it. */
function parseLine(text: string): Line | string {
  const [, verb = '', rest = ''] = /^(\S+)\s*(.*)$/s.exec(text) ?? [];
  switch (verb) {
    case 'say':
    case 'think':
      return { do: verb, text: rest };
    case 'call':
      return parseCall(rest);
    case 'sleep':
      return parseSleep(rest);
    case 'fail':
      return parseFail(rest);
    default:
      return 'a line begins with think, say, call, sleep or fail, or is ---';
  }
}

function parseCall(rest: string): Line | string {
  const [, name, json = ''] = /^(\S+)\s*(.*)$/s.exec(rest) ?? [];
  if (!name) return 'call needs the name of a tool and its arguments as JSON';
  try {
    JSON.parse(json);
  } catch {
    return json === '' ? `call ${name} needs its arguments as JSON, {} for none` : 'this is not JSON';
  }
  return { do: 'call', name, arguments: json };
}

/** More would fire at once: a timer holds 31 bits. */
const LONGEST_SLEEP = 2 ** 31 - 1;

function parseSleep(rest: string): Line | string {
  const ms = Number(rest);
  if (!/^\d+$/.test(rest) || ms > LONGEST_SLEEP) {
    return `sleep needs whole milliseconds from 0 to ${LONGEST_SLEEP}`;
  }
  return { do: 'sleep', ms };
}

function parseFail(rest: string): Line | string {
  const [, status, message = ''] = /^([45]\d\d)(?:\s+(.*))?$/s.exec(rest) ?? [];
  if (!status) return 'fail needs an HTTP status from 400 to 599, then a message';
  return { do: 'fail', status: Number(status), message: message || 'the script fails here' };
}
