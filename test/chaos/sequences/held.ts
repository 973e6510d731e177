import { setTimeout as sleep } from 'node:timers/promises';
import type { PlannedScript } from '../plan/script.ts';
import { wordsOnly } from './script.ts';
import type { Scene, Sequence } from './sequence.ts';

const scripts = (id: string): PlannedScript[] => [wordsOnly(`${id}x1`), wordsOnly(`${id}x2`)];

/** The host is away, and the hub holds two messages for it. */
async function leaveTwo({ place, conversation, seat, scripts: left }: Scene): Promise<void> {
  await place.house.kill('alpha');
  for (const script of left) await conversation.do({ do: 'send', script, rush: true }, seat);
}

/**
 * A held message withdrawn while its host comes back: the host stands still at the point, the hub takes the
 * withdrawal, and then the host goes on, or is gone and comes back once more.
 */
const whileComingBack = (name: string, goOn: (scene: Scene) => void | Promise<void>): Sequence => ({
  name,
  target: { process: 'alpha', signal: 'SIGSTOP' },
  mode: 'unrestricted',
  scripts,
  async play(scene) {
    const { place, conversation, seat } = scene;
    await leaveTwo(scene);
    scene.arm();
    const { alpha } = place.house.nodes;
    alpha.start();
    const isStruck = await scene.struck();
    const { alpha: own, hub } = place.house.points;
    // It came to rest without: what comes of the withdrawal is no point of its coming back.
    if (!isStruck) own.disarm();
    while (isStruck && !alpha.isStopped) await sleep(1);
    hub.arm(null);
    let isOver = false;
    const withdrawn = conversation.withdraw(seat, scene.scripts[1]?.id ?? '').then(() => {
      isOver = true;
    });
    // Whatever the hub makes of it is told or written.
    while (!isOver && hub.passed().length === 0) await sleep(1);
    hub.disarm();
    if (isStruck) await goOn(scene);
    await withdrawn;
  },
});

export const heldStill = whileComingBack('held-still', ({ place }) => place.house.nodes.alpha.goOn());

export const heldKilled = whileComingBack('held-killed', async ({ place }) => {
  await place.house.kill('alpha');
  place.house.points.alpha.disarm();
  place.house.nodes.alpha.start();
});

/** The same, and the hub dies over it. */
export const heldHub: Sequence = {
  name: 'held-hub',
  target: { process: 'hub', signal: 'SIGKILL' },
  mode: 'unrestricted',
  scripts,
  async play(scene) {
    await leaveTwo(scene);
    scene.arm();
    scene.place.house.nodes.alpha.start();
    await scene.conversation.withdraw(scene.seat, scene.scripts[1]?.id ?? '');
  },
};
