import { LOCAL_HUB, readToken, writeToken } from '../../../actors/credentials.ts';
import { newSecret } from './tokens.ts';

export type OwnerToken = { ok: true; token: string } | { ok: false; message: string };

/** The owner's token: the one given (`SIGNALBOX_TOKEN`), else the one of this home, else a new one, kept there. */
export function ownerToken(home: string, given: string | undefined): OwnerToken {
  if (given) return { ok: true, token: given };
  const kept = readToken(home, LOCAL_HUB);
  if (!kept.ok) return kept;
  if (kept.token !== null) return { ok: true, token: kept.token };
  const token = newSecret();
  const written = writeToken(home, LOCAL_HUB, token);
  return written.ok ? { ok: true, token } : written;
}
