import type { DeviceSocketEvent, Registered } from '../../../machines/ports.ts';
import { split } from './model-words.ts';

/** What the hub does to the connection: it answers a registration, or something happens to the socket. */
export type LinkWords =
  | { ok: true; to: 'register'; output: Registered }
  | { ok: true; to: 'deviceSocket'; event: DeviceSocketEvent }
  | { ok: false; reason: string };

/** What the words behind `link:` mean. */
export function readLinkWords(words: string): LinkWords {
  const [verb, text] = split(words);
  switch (verb) {
    case 'registered':
      return registered({ ok: true, connectionId: text || 'con-1', wsUrl: 'ws://hub', linked: true });
    case 'rejected':
    case 'refused':
      return registered({ ok: false, permanent: verb === 'refused', message: text, retryAfterMs: 0 });
    case 'ready':
    case 'resumed':
      return happened({ type: 'socket.ready', resumed: verb === 'resumed' });
    case 'heard':
      return happened({ type: 'socket.heard' });
    case 'closed': {
      const [code, reason] = split(text);
      return happened({ type: 'socket.closed', code: Number(code || 1006), reason });
    }
    default:
      return {
        ok: false,
        reason: `link: "${verb}" is not one of registered, rejected, refused, ready, resumed, heard, closed`,
      };
  }
}

const registered = (output: Registered): LinkWords => ({ ok: true, to: 'register', output });
const happened = (event: DeviceSocketEvent): LinkWords => ({ ok: true, to: 'deviceSocket', event });
