import { describe, expect, it, vi } from 'vitest';
import { type AnyActorRef, type AnyStateMachine, fromCallback, setup } from 'xstate';
import { memoryLog } from './memory-log.ts';
import { ok, provided, recorded } from './recorded-errand.ts';

describe('the end of a root', () => {
  it('LOG-21 a root that is stopped says so after its effects', async () => {
    const { actor, said } = recorded(provided({ store: ok }));
    actor.start();
    actor.send({ type: 'errand.start', what: 'tea' });
    await vi.waitFor(() => expect(said()).toContain('run worker/bell bell'));
    actor.stop();
    expect(said().slice(-3)).toEqual(['stop model', 'stop worker/bell', 'ended errand:1 stopped']);
  });

  it('LOG-20 LOG-21 a root that dies has its children stopped, and says why', async () => {
    const { log, actor, said } = recorded(mortal());
    actor.start();
    actor.send({ type: 'die' });
    expect(said()).toEqual([
      'open errand:1 mortal',
      'run live live',
      'in . die',
      'stop live',
      'ended errand:1 error',
    ]);
    expect(log.lines().at(-1)?.json).toEqual({
      root: 'errand:1',
      status: 'error',
      error: { name: 'Error', message: 'a bug' },
    });
  });

  it('LOG-20 a nested machine that dies has its children stopped before its parent goes on', () => {
    const parent = setup({ actors: { mortal: mortal() } }).createMachine({
      id: 'parent',
      invoke: { src: 'mortal', id: 'mortal', onError: { target: '.sad' } },
      initial: 'glad',
      states: { glad: {}, sad: {} },
    });
    const { actor, said } = recorded(parent as AnyStateMachine);
    actor.start();
    (actor.getSnapshot().children.mortal as AnyActorRef).send({ type: 'die' });
    expect(said().slice(-2)).toEqual(['in mortal die', 'stop mortal/live']);
    expect(actor.getSnapshot().value).toBe('sad');
  });

  it('LOG-21 a recording that is closed early tells the status, once, and takes nothing more', () => {
    const { actor, recorder, said } = recorded(provided({}));
    actor.start();
    recorder.close();
    recorder.close();
    actor.send({ type: 'errand.start', what: 'tea' });
    actor.stop();
    expect(said()).toEqual(['open errand:1 errand', 'ended errand:1 active']);
  });

  it('LOG-21 so is one whose log is closed', () => {
    const { log, actor, said } = recorded(provided({}));
    actor.start();
    log.close();
    expect(said().at(-1)).toBe('ended errand:1 active');
  });

  it('LOG-21 a root that never started has no lines', () => {
    const { log, recorder } = recorded(provided({}));
    log.roll();
    recorder.close();
    expect(log.texts).toEqual([]);
  });

  it('LOG-21 a name may open again', () => {
    const log = memoryLog();
    for (let n = 0; n < 2; n++) {
      const { actor } = recorded(provided({}), {}, log);
      actor.start();
      actor.send({ type: 'errand.quit' });
    }
    const inputs = log.lines().filter(({ verb }) => verb === 'in');
    expect(inputs.map(({ json }) => json.n)).toEqual([0, 0]);
  });
});

function mortal(): AnyStateMachine {
  return setup({
    actors: { live: fromCallback(() => {}) },
    actions: {
      fail: () => {
        throw new Error('a bug');
      },
    },
  }).createMachine({ id: 'mortal', invoke: { src: 'live', id: 'live' }, on: { die: { actions: 'fail' } } });
}
