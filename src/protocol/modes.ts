import { z } from 'zod';

export const modes = ['standard', 'acceptEdits', 'unrestricted', 'strict'] as const;
export const modeSchema = z.enum(modes);
export type Mode = z.infer<typeof modeSchema>;

/** Names that older clients still send (protocol.md 8.1). */
const legacyModes = new Map<string, Mode>([
  ['default', 'standard'],
  ['bypassPermissions', 'unrestricted'],
  ['fullAccess', 'unrestricted'],
]);

/** The mode that a word from a client means, or null when it means none. */
export function readMode(word: string): Mode | null {
  const parsed = modeSchema.safeParse(word);
  return parsed.success ? parsed.data : (legacyModes.get(word) ?? null);
}
