import type { Entry, ToolEntry } from './entry.ts';

/** Where the entry with this key stands, or -1. Looked for from the end: what changes is nearly always new. */
export function indexOfKey(entries: readonly Entry[], key: string): number {
  for (let i = entries.length - 1; i >= 0; i -= 1) if (entries[i]?.key === key) return i;
  return -1;
}

/** Adds an entry at its place. With a key that is there already nothing changes. */
export function addEntry(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  return indexOfKey(entries, entry.key) === -1 ? insert(entries, entry) : entries;
}

/**
 * At the end, but for what still comes of a turn that is over: on another machine the next turn may have begun before
 * its last words were told here. Turns of one conversation never overlap, so what belongs to one stands together.
 */
function insert(entries: readonly Entry[], entry: Entry): readonly Entry[] {
  const turnId = turnOf(entry);
  const last = entries.findLast((other) => turnOf(other) !== null);
  if (turnId === null || last === undefined || turnOf(last) === turnId) return [...entries, entry];
  const ours = entries.findLastIndex((other) => turnOf(other) === turnId);
  if (ours === -1) return [...entries, entry];
  const next = entries.findIndex((other, index) => index > ours && turnOf(other) !== null);
  return entries.toSpliced(next, 0, entry);
}

const turnOf = (entry: Entry): string | null => (entry.kind === 'note' ? null : entry.turnId);

export const toolKey = (toolCallId: string): string => `tool:${toolCallId}`;

/** Changes the entry of a call; a call nobody has spoken of yet is opened first. */
export function changeTool(
  entries: readonly Entry[],
  toolCallId: string,
  change: (tool: ToolEntry) => ToolEntry,
): readonly Entry[] {
  const key = toolKey(toolCallId);
  const index = indexOfKey(entries, key);
  const found = entries[index];
  const tool = found?.kind === 'tool' ? found : newTool(toolCallId);
  const changed = change(tool);
  if (changed === found) return entries;
  return index === -1 ? insert(entries, changed) : entries.with(index, changed);
}

function newTool(toolCallId: string): ToolEntry {
  return {
    kind: 'tool',
    key: toolKey(toolCallId),
    runId: null,
    turnId: null,
    toolCallId,
    name: '',
    arguments: '',
    edited: null,
    state: 'proposed',
    output: '',
    hasResult: false,
    decision: null,
  };
}
