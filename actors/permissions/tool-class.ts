import type { JsonObject } from '../../machines/ports.ts';

/** How a tool is judged. `other` is a tool of which we know only its effect. */
export type ToolClass = 'shell' | 'reading' | 'searching' | 'editing' | 'other';

const CLASSES = new Map<string, ToolClass>([
  ['Bash', 'shell'],
  ['Read', 'reading'],
  ['Glob', 'searching'],
  ['Grep', 'searching'],
  ['Write', 'editing'],
  ['Edit', 'editing'],
]);

export function toolClass(name: string): ToolClass {
  return CLASSES.get(name) ?? 'other';
}

/** The path that a file tool names, as written; a search without one searches the working directory. */
export function namedPath(name: string, args: JsonObject): string | undefined {
  const kind = toolClass(name);
  if (kind === 'searching') return typeof args.path === 'string' ? args.path : '.';
  const isFileTool = kind === 'reading' || kind === 'editing';
  return isFileTool && typeof args.file_path === 'string' ? args.file_path : undefined;
}
