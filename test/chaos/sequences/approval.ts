import type { PlannedScript } from '../plan/script.ts';
import { withCall } from './script.ts';
import type { Scene, Sequence } from './sequence.ts';

const SHOWN_WITHIN_MS = 20_000;
const scripts = (id: string): PlannedScript[] => [withCall(id, 'newcomer')];

async function send({ conversation, seat, scripts: [script] }: Scene): Promise<void> {
  if (script) await conversation.do({ do: 'send', script, rush: true }, seat);
}

/** Approval shown, hub dies, somebody who was not there before answers. */
export const approvalHub: Sequence = {
  name: 'approval-hub',
  target: { process: 'hub', signal: 'SIGKILL' },
  mode: 'standard',
  scripts,
  async play(scene) {
    scene.arm();
    await send(scene);
  },
};

/** Approval shown, hub dies, somebody who was not there before answers, host dies before the tool starts (or after). */
export const approvalHost: Sequence = {
  name: 'approval-host',
  target: { process: 'alpha', signal: 'SIGKILL' },
  mode: 'standard',
  scripts,
  async play(scene) {
    const { house, signals } = scene.place;
    const shown = signals.next('control_request', SHOWN_WITHIN_MS);
    const sent = send(scene);
    await shown;
    await house.kill('hub');
    scene.arm();
    house.nodes.hub.start();
    await sent;
  },
};
