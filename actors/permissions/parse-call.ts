import type { ZodError } from 'zod';
import type { JsonObject, ProposedCall } from '../../machines/ports.ts';
import type { JudgedTool } from './judged-tool.ts';
import { namedPath } from './tool-class.ts';

const MAX_ISSUES = 5;
// PATH_MAX: a longer one cannot be opened, and each name of it would cost a look-up.
const MAX_PATH_LENGTH = 4096;

type ParsedCall = { ok: true; tool: JudgedTool; args: JsonObject } | { ok: false; reason: string };

/** Reads the arguments that the model wrote. The reason is for the model: it names the field and the problem. */
export async function parseCall(
  call: ProposedCall,
  tools: ReadonlyMap<string, JudgedTool>,
): Promise<ParsedCall> {
  const tool = tools.get(call.name);
  if (tool === undefined) {
    const names = [...tools.keys()].sort().join(', ');
    return refuse(`There is no tool named ${JSON.stringify(call.name)}. The tools are: ${names}.`);
  }

  const json = parseJson(call.arguments);
  if (!json.ok) return refuse(`${call.name}: the arguments are not valid JSON (${json.problem}).`);

  const checked = await tool.parameters.safeParseAsync(json.value);
  if (!checked.success) return refuse(`${call.name}: the arguments do not fit. ${issuesOf(checked.error)}`);

  const args = checked.data as JsonObject;
  const problem = pathProblem(namedPath(call.name, args));
  return problem === undefined ? { ok: true, tool, args } : refuse(`${call.name}: ${problem}`);
}

function refuse(reason: string): ParsedCall {
  return { ok: false, reason };
}

function parseJson(text: string): { ok: true; value: unknown } | { ok: false; problem: string } {
  try {
    return { ok: true, value: JSON.parse(text) };
  } catch (error) {
    return { ok: false, problem: (error as SyntaxError).message };
  }
}

function issuesOf(error: ZodError): string {
  const shown = error.issues.slice(0, MAX_ISSUES).map(({ path, message }) => {
    return `${path.length === 0 ? 'arguments' : path.join('.')}: ${message}`;
  });
  const more = error.issues.length - shown.length;
  return `${shown.join('; ')}${more > 0 ? `; and ${more} more` : ''}.`;
}

function pathProblem(path: string | undefined): string | undefined {
  if (path === undefined) return undefined;
  if (path.includes('\0')) return `the path ${JSON.stringify(path)} holds a NUL character.`;
  if (path.length > MAX_PATH_LENGTH) {
    return `the path has ${path.length} characters; the system allows ${MAX_PATH_LENGTH}.`;
  }
  return undefined;
}
