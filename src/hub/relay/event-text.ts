/** What a host of ours puts behind an event (`Envelope`), and its link behind that; the time is what stays. */
const TAIL = /^,"event_seq":\d+,"emitted_at":("[^"\\]*"),"idempotency_key":"[^"\\]*","n":\d+\}$/;

/**
 * An event as JSON text without its last brace, without the numbers that hold on the way from its host, and with a
 * time. `wire` is the text in which it came, if it came as one: to cut its end off costs less than to write it anew.
 */
export function eventText(frame: Record<string, unknown>, wire: string | null, now: () => number): string {
  return (wire === null ? null : cutText(frame, wire)) ?? writeText(frame, now);
}

function cutText(frame: Record<string, unknown>, wire: string): string | null {
  if ('seq' in frame || 'cursor' in frame) return null;
  const end = wire.lastIndexOf(',"event_seq":');
  const emittedAt = end === -1 ? undefined : TAIL.exec(wire.slice(end))?.[1];
  return emittedAt === undefined ? null : `${wire.slice(0, end)},"emitted_at":${emittedAt}`;
}

function writeText(frame: Record<string, unknown>, now: () => number): string {
  const { n, seq, event_seq, idempotency_key, cursor, ...event } = frame;
  event.emitted_at ??= new Date(now()).toISOString();
  return JSON.stringify(event).slice(0, -1);
}
