import { expect, test, vi } from 'vitest';
import { INBOX_FRAMES, Inbox } from '../../../src/hub/relay/inbox.ts';

const gate = () => ({ pause: vi.fn(), resume: vi.fn() });

test('D20 a frame waits for the one before it, however long that takes', async () => {
  const log: string[] = [];
  const doors = new Map<string, () => void>();
  const inbox = new Inbox<string>((frame) => {
    log.push(`begin ${frame}`);
    if (frame === 'quick') return undefined;
    return new Promise<void>((resolve) => doors.set(frame, resolve)).then(
      () => void log.push(`end ${frame}`),
    );
  }, gate());
  for (const frame of ['a', 'quick', 'b']) inbox.push(frame);
  expect(log).toEqual(['begin a']);
  doors.get('a')?.();
  await vi.waitFor(() => expect(log).toEqual(['begin a', 'end a', 'begin quick', 'begin b']));
});

test('HUB-25 what comes faster than it is handled makes the sender wait', async () => {
  let open = (): void => {};
  const door = new Promise<void>((resolve) => {
    open = resolve;
  });
  const handled: number[] = [];
  const socket = gate();
  const inbox = new Inbox<number>(async (frame) => {
    await door;
    handled.push(frame);
  }, socket);
  for (let i = 0; i <= INBOX_FRAMES; i += 1) inbox.push(i);
  expect(socket.pause).not.toHaveBeenCalled();
  inbox.push(INBOX_FRAMES + 1);
  expect(socket.pause).toHaveBeenCalledTimes(1);
  open();
  await vi.waitFor(() => expect(handled).toHaveLength(INBOX_FRAMES + 2));
  expect(socket.resume).toHaveBeenCalledTimes(1);
});

test('a closed inbox handles no more', async () => {
  const handled: string[] = [];
  const inbox = new Inbox<string>(async (frame) => void handled.push(frame), gate());
  inbox.push('a');
  inbox.push('b');
  inbox.close();
  await Promise.resolve();
  expect(handled).toEqual(['a']);
});
