import { z } from 'zod';

/** The first file of a bundle. */
export const MANIFEST = 'manifest.json';

/** The newest arrangement of a bundle that this version reads. */
export const BUNDLE_FORMAT = 1;

const file = z.object({
  name: z.string(),
  bytes: z.number().int().nonnegative(),
  /** Of its content, in hexadecimal digits. */
  sha256: z.string(),
});

const session = z.object({
  /** Its name, which is the moment it began; of a log that was named by its path, that file's name. */
  session: z.string(),
  /** Whose log it is; null when its first line does not say so. */
  of: z.enum(['host', 'hub']).nullable(),
  /** ISO time; null when the name does not tell it. */
  started: z.string().nullable(),
  /** Its process ran when this was packed, so the log goes on after it. */
  alive: z.boolean(),
  /** The names of its segments in the bundle, oldest first. */
  segments: z.array(z.object({ segment: z.number().int(), name: z.string() })).min(1),
});

const manifest = z.object({
  format: z.number().int(),
  /** ISO time. */
  made: z.string(),
  /** What made the bundle; what wrote a log stands on its first line. */
  versions: z.record(z.string(), z.string()),
  sessions: z.array(session),
  /** All others, in the order in which they stand in the bundle. */
  files: z.array(file),
});

export type BundleFile = z.infer<typeof file>;
export type BundledSession = z.infer<typeof session>;
export type Manifest = z.infer<typeof manifest>;
export type ManifestRead = { ok: true; manifest: Manifest } | { ok: false; reason: string };

/** Keys that a later version added are passed over. */
export function readManifest(text: string): ManifestRead {
  let json: unknown;
  try {
    json = JSON.parse(text);
  } catch {
    return { ok: false, reason: `${MANIFEST} is no JSON` };
  }
  const { format } = (json ?? {}) as { format?: unknown };
  if (typeof format === 'number' && format > BUNDLE_FORMAT)
    return {
      ok: false,
      reason: `it is of bundle format ${format}; this version reads up to ${BUNDLE_FORMAT}`,
    };
  const read = manifest.safeParse(json);
  if (read.success) return { ok: true, manifest: read.data };
  const [issue] = read.error.issues;
  return { ok: false, reason: `${MANIFEST}: ${issue?.path.join('.')}: ${issue?.message}` };
}
