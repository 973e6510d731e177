import { describe, expect, it, vi } from 'vitest';
import { ok, provided, recorded, silentClock, type World } from './recorded-errand.ts';

describe('the lines of a root', () => {
  it('LOG-15 it begins with its machine and input', () => {
    const { log, actor } = recorded(provided({}));
    expect(log.texts).toEqual([]);
    actor.start();
    expect(log.lines()).toMatchObject([
      {
        verb: 'open',
        label: 'lifecycle',
        json: { root: 'errand:1', machine: 'errand', input: { name: 'one' } },
      },
    ]);
  });

  it('LOG-15 each border has its line, in the order in which things happened', async () => {
    const heard: unknown[] = [];
    const world: World = {
      store: ok,
      model: (say, heed) => {
        heed(() => queueMicrotask(() => say({ type: 'model.stopped' })));
        setImmediate(() => say({ type: 'model.said', text: 'hello' }));
      },
    };
    const { log, actor, said } = recorded(provided(world), { clock: silentClock });
    actor.on('*', (event) => heard.push(event));
    actor.start();
    actor.send({ type: 'errand.start', what: 'tea' });
    await vi.waitFor(() => expect(heard).toHaveLength(1));
    actor.send({ type: 'errand.cancel' });
    await vi.waitFor(() => expect(actor.getSnapshot().value).toBe('idle'));
    actor.send({ type: 'errand.quit' });
    expect(said()).toEqual([
      'open errand:1 errand',
      'in . errand.start',
      'run store store',
      'in . xstate.done.actor.store',
      'run model model',
      'run worker/bell bell',
      'in . model.said',
      'emit . errand.heard',
      'in . errand.cancel',
      'out model model.stop',
      'in . model.stopped',
      'stop model',
      'stop worker/bell',
      'in . errand.quit',
      'ended errand:1 done',
    ]);
    const at = (n: number) => log.lines()[n];
    expect(at(1)).toMatchObject({ label: 'actor', json: { root: 'errand:1', to: '.', n: 0 } });
    expect(at(1)?.json).not.toHaveProperty('from');
    expect(at(2)).toMatchObject({
      label: 'store',
      json: { path: 'store', src: 'store', input: { what: 'tea' } },
    });
    expect(at(3)).toMatchObject({
      label: 'store',
      json: {
        to: '.',
        from: 'store',
        n: 1,
        event: { type: 'xstate.done.actor.store', output: { ok: true } },
      },
    });
    expect(at(4)).toMatchObject({ label: 'model', json: { path: 'model', input: { what: 'tea' } } });
    expect(at(5)?.json).not.toHaveProperty('input');
    expect(at(6)).toMatchObject({ label: 'model', json: { from: 'model', n: 2, event: { text: 'hello' } } });
    expect(at(7)).toMatchObject({ label: 'actor', json: { event: { type: 'errand.heard', n: 1 } } });
    expect(at(9)).toMatchObject({ label: 'model', json: { path: 'model', event: { type: 'model.stop' } } });
  });

  it('LOG-15 machines among themselves have no lines', async () => {
    const { actor, said } = recorded(provided({ store: ok }));
    actor.start();
    actor.send({ type: 'errand.start', what: 'tea' });
    await vi.waitFor(() => expect(actor.getSnapshot().context.ticks).toBeGreaterThan(1));
    expect(said().filter((line) => line.includes('ticked'))).toEqual([]);
  });

  it('LOG-15 what a nested machine hears and says is of that machine', async () => {
    let ring = () => {};
    const world: World = {
      store: ok,
      bell: (say) => {
        ring = () => say({ type: 'bell.rang' });
      },
    };
    const { log, actor, said } = recorded(provided(world), { clock: silentClock });
    actor.start();
    actor.send({ type: 'errand.start', what: 'tea' });
    await vi.waitFor(() => expect(said()).toContain('run worker/bell bell'));
    ring();
    expect(said().slice(-2)).toEqual(['in worker bell.rang', 'out worker/bell bell.hush']);
    expect(log.lines().at(-2)?.json).toMatchObject({ to: 'worker', from: 'worker/bell', n: 2 });
  });

  it('LOG-15 an effect that fails tells name and message', async () => {
    const { log, actor, said } = recorded(
      provided({ store: () => Promise.reject(new TypeError('no store')) }),
    );
    actor.start();
    actor.send({ type: 'errand.start', what: 'tea' });
    await vi.waitFor(() => expect(actor.getSnapshot().value).toBe('idle'));
    expect(said().slice(-2)).toEqual(['in . xstate.error.actor.store', 'emit . errand.failed']);
    expect(log.lines().at(-2)?.json.event).toMatchObject({
      error: { name: 'TypeError', message: 'no store' },
    });
  });

  it('LOG-16 a timer is told by its number, before what it brings about', async () => {
    const { log, actor, said } = recorded(provided({}));
    actor.start();
    actor.send({ type: 'errand.start', what: 'tea' });
    await vi.waitFor(() => expect(actor.getSnapshot().value).toBe('idle'));
    expect(said().slice(-3)).toEqual(['timer errand:1 0', 'emit . errand.failed', 'stop store']);
    const timer = log.lines().find(({ verb }) => verb === 'timer');
    expect(timer).toMatchObject({ label: 'timer', json: { root: 'errand:1', n: 0, ms: 6 } });
  });
});

describe('frames', () => {
  it('LOG-17 a frame that became an event is followed by that event, with the same number', () => {
    const { log, recorder, actor } = recorded(provided({}));
    actor.start();
    actor.send({ type: 'errand.noticed', n: 1 });
    const wire = '{"type":"start","what":"tea"}';
    recorder.received({ label: 'control', wire, at: 7, id: 'in-1' }, () =>
      actor.send({ type: 'errand.start', what: 'tea' }),
    );
    const [frame, event] = log.lines().slice(2);
    const mark = { root: 'errand:1', path: '.', n: 1, at: 7, id: 'in-1' };
    expect(frame).toMatchObject({
      verb: 'recv',
      label: 'control',
      json: { type: 'start', what: 'tea', _: mark },
    });
    expect(event).toMatchObject({ verb: 'in', json: { to: '.', n: 1, event: { type: 'errand.start' } } });
  });

  it('LOG-17 a frame for a root that is over became nothing', () => {
    const { log, recorder, actor } = recorded(provided({}));
    actor.start();
    actor.send({ type: 'errand.quit' });
    const deliver = vi.fn();
    recorder.received(
      { label: 'control', wire: '{"type":"late"}', at: 7, id: 'in-2', path: 'worker' },
      deliver,
    );
    expect(deliver).toHaveBeenCalledOnce();
    expect(log.lines().at(-1)?.json).toEqual({ type: 'late' });
  });
});

describe('inputs from inside', () => {
  it('LOG-18 what a child says as it is started is marked', async () => {
    const { log, actor, said } = recorded(
      provided({ store: ok, bell: (say) => say({ type: 'bell.ready' }) }),
    );
    actor.start();
    actor.send({ type: 'errand.start', what: 'tea' });
    await vi.waitFor(() => expect(said()).toContain('in worker bell.ready'));
    const inputs = log.lines().filter(({ verb }) => verb === 'in');
    expect(inputs.map(({ json }) => [(json.event as { type: string }).type, json.nested])).toEqual([
      ['errand.start', undefined],
      ['xstate.done.actor.store', undefined],
      ['bell.ready', true],
    ]);
  });

  it('LOG-18 what a listener sends at once is marked', async () => {
    const { log, actor } = recorded(
      provided({ store: ok, model: (say) => setImmediate(() => say({ type: 'model.said', text: 'a' })) }),
    );
    actor.on('errand.heard', ({ n }: { n: number }) => actor.send({ type: 'errand.noticed', n }));
    actor.start();
    actor.send({ type: 'errand.start', what: 'tea' });
    await vi.waitFor(() => expect(actor.getSnapshot().context.heard).toEqual(['a', 'noticed 1']));
    const noticed = log
      .lines()
      .find(({ json }) => (json.event as { type?: string })?.type === 'errand.noticed');
    expect(noticed?.json.nested).toBe(true);
    actor.send({ type: 'errand.noticed', n: 2 });
    expect(log.lines().at(-1)?.json).not.toHaveProperty('nested');
  });
});

describe('a recorder that fails', () => {
  it('LOG-19 never hurts the actor, and the log says once that it is not whole', async () => {
    const labels = vi.fn(() => {
      throw new Error('no label');
    });
    const { log, actor, said } = recorded(provided({ store: ok }), { labelOf: labels });
    actor.start();
    actor.send({ type: 'errand.start', what: 'tea' });
    await vi.waitFor(() => expect(actor.getSnapshot().value).toBe('working'));
    expect(labels.mock.calls.length).toBeGreaterThan(1);
    expect(said().filter((line) => line.startsWith('record_failed'))).toHaveLength(1);
    const failed = log.lines().find(({ verb }) => verb === 'record_failed');
    expect(failed?.json).toEqual({ root: 'errand:1', error: { name: 'Error', message: 'no label' } });
  });

  it('LOG-19 an event before the start of its root is told, since no replay could place it', () => {
    const { log, actor } = recorded(provided({}));
    actor.send({ type: 'errand.noticed', n: 1 });
    actor.start();
    expect(log.lines()[0]).toMatchObject({
      verb: 'record_failed',
      json: { error: { message: expect.stringContaining('before the root') } },
    });
    expect(actor.getSnapshot().context.heard).toEqual(['noticed 1']);
  });

  it('LOG-19 what cannot be written as JSON does not stop the recording', () => {
    const { log, actor } = recorded(provided({}));
    const circular: Record<string, unknown> = { type: 'errand.noticed', n: 1 };
    circular.self = circular;
    actor.start();
    actor.send(circular as never);
    expect(log.lines().at(-1)?.json).toMatchObject({
      root: 'errand:1',
      n: 0,
      event: { _unserialisable: expect.any(String) },
    });
  });
});
