import type { Database } from '../../../../actors/sqlite/database.ts';
import type { HubStore } from '../hub-store.ts';
import { createAgentStore } from './agents.ts';
import { createChunkStore } from './chunks.ts';
import { createConversationStore, insertConversation } from './conversations.ts';
import { createMessageStore } from './messages.ts';
import { createRunReads } from './runs.ts';
import { createStepStore } from './steps.ts';

/** The hub's store in one SQLite file. Every method answers at once; only `durable` takes its time. */
export function createSqliteHubStore(db: Database): HubStore {
  return {
    ...createAgentStore(db, (conversation) => insertConversation(db, conversation)),
    ...createConversationStore(db),
    ...createMessageStore(db),
    ...createRunReads(db),
    ...createChunkStore(db),
    ...createStepStore(db),
    durable: () => db.barrier(),
  };
}
