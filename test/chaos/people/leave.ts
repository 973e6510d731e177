import { setTimeout as sleep } from 'node:timers/promises';
import { hubRequest } from '../../../actors/hub-request.ts';
import { TOKEN } from '../house/house.ts';
import type { PlannedScript } from '../plan/script.ts';

/** Leaves a message by REST, again and again until the hub has answered or `isOver`. */
export async function leave(
  url: string,
  target: { environmentId: string; agentId: string; conversationId: string },
  script: PlannedScript,
  isOver: () => boolean,
): Promise<{ ok: boolean; text: string }> {
  for (;;) {
    const answer = await hubRequest(
      { url, token: TOKEN },
      {
        method: 'POST',
        path: `/v1/environments/${target.environmentId}/messages`,
        body: {
          agentId: target.agentId,
          conversationId: target.conversationId,
          messages: [{ role: 'user', content: script.text, client_message_id: script.id }],
        },
        signal: AbortSignal.timeout(5_000),
      },
    );
    if (answer.ok) return { ok: true, text: JSON.stringify(answer.value) };
    if (answer.status !== 0 && answer.status < 500) return { ok: false, text: answer.message };
    if (isOver()) return { ok: false, text: 'nobody answered' };
    await sleep(100);
  }
}
