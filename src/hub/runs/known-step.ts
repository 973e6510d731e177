import type { HubStore } from '../store/hub-store.ts';
import type { MessageRow } from '../store/rows.ts';
import type { RenamedParts } from './renamed-parts.ts';
import type { PostedMessage, PostedResults, Step } from './step.ts';

/** A step under the names by which the transcript has its parts, and what the transcript has of it. */
export interface KnownStep {
  step: Step;
  known: MessageRow[];
}

type Part = PostedMessage | PostedResults;

/** So many of the newest messages are looked through for results that come again. */
const RECENT = 20;

/** A host of ours and programs post a step again as it was: its parts are known by their `otid`. */
export async function knownStep(store: HubStore, conversation: string, step: Step): Promise<KnownStep> {
  const otids = step.parts.flatMap(({ otid }) => (otid === null ? [] : [otid]));
  return { step, known: otids.length > 0 ? await store.messagesByOtid(conversation, otids) : [] };
}

/**
 * Letta's hosts make new `otid`s for each try. A message is then known by its `client_message_id`, which stays and is
 * its name in the transcript, and results by what they say of which calls. The names under which the parts came are
 * noted in `renamed`.
 */
export async function knownForeignStep(
  store: HubStore,
  conversation: string,
  step: Step,
  renamed: RenamedParts,
): Promise<KnownStep> {
  const asPosted = await knownStep(store, conversation, step);
  const named = new Map(asPosted.known.map((row) => [row.otid, row]));
  const known = new Map(named);
  const parts: Part[] = [];
  for (const part of step.parts) {
    const name =
      part.otid === null || named.has(part.otid) ? null : await lastingName(store, conversation, part);
    if (name?.row) known.set(name.otid, name.row);
    if (name && part.otid) renamed.note(conversation, part.otid, name.otid);
    parts.push(name ? { ...part, otid: name.otid } : part);
  }
  const key = parts.find(({ otid }) => otid !== null)?.otid ?? null;
  return { step: { ...step, key, parts }, known: [...known.values()] };
}

interface LastingName {
  otid: string;
  /** What the transcript has under it. */
  row: MessageRow | null;
}

/** The name of a part that no other try changes; null when it has none but the one that it came under. */
async function lastingName(store: HubStore, conversation: string, part: Part): Promise<LastingName | null> {
  if (part.kind === 'message') {
    const otid = part.clientMessageId;
    if (otid === null || otid === part.otid) return null;
    return { otid, row: (await store.messagesByOtid(conversation, [otid]))[0] ?? null };
  }
  const newest = await store.listMessages(conversation, { limit: RECENT, order: 'desc' });
  // What results say names their calls, whose ids no conversation has twice.
  const row = newest.ok ? newest.rows.find(({ print }) => print === part.print) : undefined;
  return row?.otid ? { otid: row.otid, row } : null;
}
