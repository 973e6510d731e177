import { z } from 'zod';
import type { JsonObject, ToolSpec } from '../../machines/ports.ts';
import { bash } from './bash.ts';
import { edit } from './edit.ts';
import { glob } from './glob.ts';
import { grep } from './grep.ts';
import { read } from './read.ts';
import type { Tool } from './tool.ts';
import { write } from './write.ts';

/** The tools of this host, by name. */
export const tools: ReadonlyMap<string, Tool> = new Map(
  [bash, read, write, edit, glob, grep].map((tool): [string, Tool] => [tool.name, tool as Tool]),
);

let specs: ToolSpec[] | undefined;

/** What the model is told about them. Made when first asked for: a host that only starts needs none. */
export function toolSpecs(): ToolSpec[] {
  specs ??= [...tools.values()].map(({ name, description, parameters }) => {
    const { $schema: _, ...schema } = z.toJSONSchema(parameters, { io: 'input' });
    return { name, description, parameters: schema as JsonObject };
  });
  return specs;
}
