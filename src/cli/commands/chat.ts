import type { Session } from '../../client/index.ts';
import { runChat } from '../chat/run-chat.ts';
import { defineCommand } from '../command.ts';
import { asking, connect } from '../connect.ts';
import { readTarget, targetOptions } from '../target-options.ts';

export const command = defineCommand({
  syntax: 'chat',
  summary: 'Talk to an agent in the terminal: what it says, what it does, and what it asks. Alias: attach.',
  maxWords: 0,
  options: targetOptions,
  notes: [
    'Whatever happens in the conversation is shown, also what others write and decide.',
    'Leaving does not stop a turn. /help in the chat lists what can be typed.',
  ].join('\n'),
  async run(options) {
    const { client } = await connect(options.hub);
    const session = client.session(readTarget(options));
    try {
      await asking(session.ready);
      await statusOf(session);
      const { environment, deviceStatus } = session.view();
      const place = deviceStatus?.current_working_directory;
      const mode = deviceStatus?.current_permission_mode;
      const title = [
        environment?.name ?? session.environmentId,
        environment && environment.status !== 'online' ? environment.status : null,
        `conversation ${session.scope?.conversationId}`,
        mode ? `mode ${mode}` : null,
        place,
      ];
      return await runChat(session, title.filter(Boolean).join(' · '));
    } finally {
      session.close();
    }
  },
});

/** How long the host may take to say how it stands, in milliseconds; without it the chat begins all the same. */
const PATIENCE_MS = 2_000;

/** Of a new conversation the hub knows nothing until its host has been asked. */
async function statusOf(session: Session): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const look = () => {
    const { deviceStatus, environment } = session.view();
    if (deviceStatus !== null || environment?.status !== 'online') resolve();
  };
  const unsubscribe = session.subscribe(look);
  const timer = setTimeout(resolve, PATIENCE_MS);
  look();
  await promise;
  clearTimeout(timer);
  unsubscribe();
}
