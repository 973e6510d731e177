import { describe, expect, test } from 'vitest';
import type { RingReader } from '../../../src/hub/relay/ring.ts';
import { MAX_RINGS, RING_IDLE_MS, Rings } from '../../../src/hub/relay/rings.ts';

const runtime = (conversation_id: string) => ({ agent_id: 'agent-1', conversation_id });
const reader: RingReader = { advance() {}, lose() {} };

function makeRings() {
  const clock = { now: 1_000 };
  return { clock, rings: new Rings('life', () => clock.now) };
}

describe('the rings of a hub', () => {
  test('HUB-28 a ring that nobody follows is dropped after ten idle minutes, and its cursors are a gap', () => {
    const { clock, rings } = makeRings();
    const followed = rings.of('env-1', runtime('followed'));
    followed.readers.add(reader);
    rings.publish('env-1', runtime('idle'), { type: 'update_queue' });
    const idle = rings.of('env-1', runtime('idle'));
    const cursor = idle.cursorAt(1);
    clock.now += RING_IDLE_MS - 1;
    rings.sweep();
    expect(rings.size).toBe(2);
    clock.now += 1;
    rings.sweep();
    expect(rings.size).toBe(1);
    expect(rings.of('env-1', runtime('followed'))).toBe(followed);
    expect(rings.of('env-1', runtime('idle')).find(cursor)).toBeNull();
  });

  test('HUB-28 a clock that was set back keeps a ring no longer than ten minutes from then', () => {
    const { clock, rings } = makeRings();
    clock.now = 3_600_000;
    rings.of('env-1', runtime('idle'));
    clock.now = 0;
    rings.sweep();
    expect(rings.size).toBe(1);
    clock.now = RING_IDLE_MS;
    rings.sweep();
    expect(rings.size).toBe(0);
  });

  test('HUB-28 above 256 the one that was idle longest goes, never one that is followed', () => {
    const { clock, rings } = makeRings();
    const first = rings.of('env-1', runtime('c0'));
    first.readers.add(reader);
    for (let i = 1; i < MAX_RINGS; i += 1) {
      clock.now += 1;
      rings.of('env-1', runtime(`c${i}`));
    }
    const second = rings.of('env-1', runtime('c1'));
    clock.now += 1;
    rings.of('env-1', runtime('new'));
    expect(rings.size).toBe(MAX_RINGS);
    expect(rings.of('env-1', runtime('c0'))).toBe(first);
    expect(rings.of('env-1', runtime('c1'))).not.toBe(second);
  });

  test('HUB-31 D8 a prompt is told once, by its host or by the hub, whoever comes first', () => {
    const { rings } = makeRings();
    const prompt = (id: string, names: object) => ({
      type: 'stream_delta',
      delta: { message_type: 'user_message', id, content: 'hi', ...names },
    });
    const own = rings.of('env-1', runtime('c'));
    const elsewhere = rings.of('env-2', runtime('c'));
    rings.publish('env-1', runtime('c'), prompt('user-msg-1', { otid: 'cm-1' }));
    rings.publish('env-1', runtime('c'), prompt('message-1', { otid: 'fresh', client_message_id: 'cm-1' }));
    rings.publish('env-1', runtime('c'), prompt('message-2', { otid: 'cm-2' }));
    rings.publish('env-1', runtime('c'), prompt('user-msg-2', { otid: 'cm-2' }));
    expect([own.last, elsewhere.last]).toEqual([2, 2]);
    rings.publish('env-1', runtime('other'), prompt('user-msg-3', { otid: 'cm-1' }));
    expect(rings.of('env-1', runtime('other')).last).toBe(1);
    for (const id of ['message-3', 'message-4'])
      rings.publish('env-1', runtime('c'), prompt(id, { otid: null }));
    expect(own.last).toBe(4);
  });

  test('G-23 a hole in what one environment said is one for who follows the conversation elsewhere too', () => {
    const { rings } = makeRings();
    const lost: string[] = [];
    const follow = (environmentId: string, conversation: string): void => {
      const lose = (): void => void lost.push(`${environmentId} ${conversation}`);
      rings.of(environmentId, runtime(conversation)).readers.add({ advance() {}, lose });
    };
    follow('env-1', 'shared');
    follow('env-2', 'shared');
    follow('env-2', 'other');
    follow('env-1', 'own');
    rings.restart('env-1', 'room', runtime('shared'));
    expect(lost).toEqual(['env-1 shared', 'env-2 shared']);
    rings.restart('env-1', 'host');
    expect(lost.slice(2)).toEqual(['env-1 shared', 'env-2 shared', 'env-1 own']);
  });

  test('the default conversations of two agents are two', () => {
    const { rings } = makeRings();
    const of = (agent_id: string) => rings.of('env-1', { agent_id, conversation_id: 'default' });
    expect(of('agent-1')).not.toBe(of('agent-2'));
    expect(rings.of('env-1', { agent_id: 'x', conversation_id: 'conv-1' })).toBe(
      rings.of('env-1', { agent_id: 'y', conversation_id: 'conv-1' }),
    );
  });

  test('what the hub says itself makes no ring, and reaches those there are', () => {
    const { rings } = makeRings();
    rings.publish(null, runtime('c'), { type: 'stream_delta' });
    expect(rings.size).toBe(0);
    const [one, two] = [rings.of('env-1', runtime('c')), rings.of('env-2', runtime('c'))];
    rings.publish(null, runtime('c'), { type: 'stream_delta' });
    expect([one.last, two.last]).toEqual([1, 1]);
    expect(one.at(1)).toMatchObject({ origin: null });
    expect(one.at(1).text).not.toContain('environment_id');
  });

  test('a hole in one conversation is none in another, and forgetting an environment drops its rings', () => {
    const { rings } = makeRings();
    const [one, two] = [rings.of('env-1', runtime('c')), rings.of('env-2', runtime('d'))];
    const other = rings.of('env-1', runtime('d'));
    const cursors = [one, two, other].map((ring) => ring.cursorAt(0));
    rings.restart('env-1', 'room', runtime('c'));
    expect([one, two, other].map((ring, i) => ring.find(String(cursors[i])))).toEqual([null, 0, 0]);
    rings.restart('env-1', 'host');
    expect(other.find(String(cursors[2]))).toBeNull();
    rings.forget('env-1');
    expect(rings.size).toBe(1);
  });
});
