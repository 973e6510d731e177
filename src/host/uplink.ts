import { nanoid } from 'nanoid';
import type { DeviceUplink } from '../../actors/device-socket.ts';
import type { Frame, Scope } from '../../machines/ports.ts';
import type { DeviceEvent, Envelope } from '../protocol/events.ts';
import {
  ACK_EVERY_FRAMES,
  ACK_EVERY_MS,
  type LinkGap,
  LinkReceiver,
  LinkSender,
  linkAckSchema,
  linkOpenSchema,
} from '../protocol/link.ts';
import { scopeKey } from '../protocol/scope.ts';

export interface UplinkLog {
  sent(label: 'control' | 'protocol', text: string): void;
  received(label: 'control' | 'protocol', text: string): void;
  /** Called before what was sent leaves. */
  flush(): void;
}

export interface Uplink extends DeviceUplink {
  /** A frame of a conversation, for everyone who follows it. */
  event(event: DeviceEvent): void;
  /** An answer to whoever asked. */
  answer(frame: Frame): void;
  /** Resolves when the hub says that it has all of this, or the link is down; after `withinMs` at the latest. */
  heard(withinMs: number): Promise<void>;
}

/** Deltas and live output may be given up when a link stays down for long; everything else may not. */
function liveKey(event: DeviceEvent): string | null {
  if (event.type !== 'stream_delta') return null;
  return scopeKey(event.runtime.agent_id, event.runtime.conversation_id);
}

/**
 * What the host says to the hub, numbered in the life of this process and kept until the hub has it
 * (design.md 5.6). It outlives sockets and registrations; a hub without a numbered link gets the frames as they
 * come, and what is said while it is away is not repeated (its state is told anew instead).
 */
export function createUplink(options: {
  epoch: string;
  now: () => number;
  log: UplinkLog;
  onFrame: (frame: Frame) => void;
}): Uplink {
  const { epoch, now, log, onFrame } = options;
  const sender = new LinkSender();
  let receiver = new LinkReceiver();
  let write: ((text: string) => void) | null = null;
  let linked = false;
  let eventSeq = 0;
  let ackTimer: NodeJS.Timeout | null = null;
  const scopes = new Map<string, Scope>();
  const listeners = new Set<() => void>();

  const isHeard = (): boolean => !write || !linked || sender.unacknowledgedBytes === 0;
  const tellHeard = (): void => {
    if (isHeard()) for (const listener of listeners) listener();
  };

  const put = (label: 'control' | 'protocol', text: string): void => {
    if (!write) return;
    log.sent(label, text);
    write(text);
  };

  const acknowledge = (): void => {
    if (ackTimer) clearTimeout(ackTimer);
    ackTimer = null;
    if (linked && write && receiver.untold > 0) put('control', JSON.stringify(receiver.acknowledgement()));
  };

  const send = (label: 'control' | 'protocol', frame: object, live: string | null): void => {
    // Without a socket nobody has said yet whether the hub numbers frames: keep them as if it did.
    if (write && !linked) put(label, JSON.stringify(frame));
    else put(label, sender.add(frame, live, gapOf));
  };

  const gapOf = (live: string): LinkGap => {
    const scope = scopes.get(live);
    return {
      type: 'link_gap',
      runtime: { agent_id: scope?.agentId ?? null, conversation_id: scope?.conversationId ?? live },
    };
  };

  return {
    hello: () => JSON.stringify({ type: 'link_open', epoch, received: receiver.received }),

    attach(wanted, writer, answer) {
      write = writer;
      linked = wanted;
      if (!wanted) {
        // A hub without a link cannot tell what it has heard; its state follows anew.
        sender.restart(() => false);
        receiver = new LinkReceiver();
        return { resumed: false };
      }
      const opened = linkOpenSchema.safeParse(answer);
      const resumed = opened.success && opened.data.resumed === true;
      if (!resumed) {
        // A hub that knows nothing of this process asked none of what was answered; events are news to it.
        sender.restart((frame) => 'event_seq' in frame);
        receiver = new LinkReceiver();
      }
      const received = resumed ? opened.data.received : 0;
      sender.acknowledge(received);
      for (const text of sender.after(received)) put('protocol', text);
      return { resumed };
    },

    leaving: () => log.flush(),

    detach() {
      write = null;
      if (ackTimer) clearTimeout(ackTimer);
      ackTimer = null;
      tellHeard();
    },

    receive(text, frame) {
      if (frame.type === 'link_ack') {
        const ack = linkAckSchema.safeParse(frame);
        if (ack.success) sender.acknowledge(ack.data.received);
        tellHeard();
        return;
      }
      log.received('protocol', text);
      // Without a link a number means nothing: whoever sent the frame put it there.
      if (linked && !receiver.accept(typeof frame.n === 'number' ? frame.n : undefined)) return;
      if (linked && receiver.untold >= ACK_EVERY_FRAMES) acknowledge();
      else if (linked && !ackTimer && receiver.untold > 0) {
        ackTimer = setTimeout(acknowledge, ACK_EVERY_MS);
        ackTimer.unref();
      }
      onFrame(frame);
    },

    event(event) {
      const key = scopeKey(event.runtime.agent_id, event.runtime.conversation_id);
      if (!scopes.has(key))
        scopes.set(key, {
          agentId: event.runtime.agent_id,
          conversationId: event.runtime.conversation_id,
        });
      eventSeq += 1;
      const envelope: Envelope = {
        event_seq: eventSeq,
        emitted_at: new Date(now()).toISOString(),
        idempotency_key: `${event.type}:${eventSeq}:${nanoid()}`,
      };
      send('protocol', { ...event, ...envelope }, liveKey(event));
    },

    answer(frame) {
      send('control', frame, null);
    },

    async heard(withinMs) {
      if (isHeard()) return;
      await new Promise<void>((resolve) => {
        const over = (): void => {
          clearTimeout(timer);
          listeners.delete(over);
          resolve();
        };
        const timer = setTimeout(over, withinMs);
        listeners.add(over);
      });
    },
  };
}
