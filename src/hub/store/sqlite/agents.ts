import type { Database } from '../../../../actors/sqlite/database.ts';
import { KeptRows } from '../../../../actors/sqlite/kept-rows.ts';
import { scopeKey } from '../../../protocol/scope.ts';
import type { AgentFilter, HubStore, Listed, Page } from '../hub-store.ts';
import type { AgentRow, ConversationRow } from '../rows.ts';
import { readPage } from './paging.ts';
import { json, type SqlRow } from './read.ts';

type AgentStore = Pick<HubStore, 'agent' | 'createAgent' | 'updateAgent' | 'deleteAgent' | 'listAgents'>;

/** Agents kept in memory: every step asks for its agent. */
const KEPT = 64;

export function createAgentStore(
  db: Database,
  insertConversation: (conversation: ConversationRow) => void,
): AgentStore {
  const kept = new KeptRows<string, AgentRow>(db, KEPT);
  return {
    agent: (id) =>
      kept.get(id, () => {
        const row = db.statement('SELECT body FROM agents WHERE id = ?').get(id) as SqlRow | undefined;
        return row ? json<AgentRow>(row, 'body') : null;
      }),
    createAgent(agent) {
      db.transaction(() => {
        db.statement('INSERT INTO agents (id, name, body) VALUES (?, ?, ?)').run(
          agent.id,
          agent.name,
          JSON.stringify(agent),
        );
        insertConversation(defaultConversation(agent));
      });
    },
    updateAgent(agent) {
      kept.drop(agent.id);
      return db.transaction(() => {
        const { changes } = db
          .statement('UPDATE agents SET name = ?, body = ? WHERE id = ?')
          .run(agent.name, JSON.stringify(agent), agent.id);
        return changes === 1;
      });
    },
    deleteAgent(id) {
      kept.drop(id);
      return db.transaction(() => db.statement('DELETE FROM agents WHERE id = ?').run(id).changes === 1);
    },
    listAgents(page, filter) {
      return listAgents(db, page, filter);
    },
  };
}

function listAgents(db: Database, page: Page, filter: AgentFilter): Listed<AgentRow> {
  const conditions = ['TRUE'];
  const parameters: string[] = [];
  if (filter.name !== undefined) {
    conditions.push('name = ?');
    parameters.push(filter.name);
  }
  if (filter.text !== undefined) {
    conditions.push('instr(lower(name), lower(?)) > 0');
    parameters.push(filter.text);
  }
  const hasTag = "EXISTS (SELECT 1 FROM json_each(body, '$.tags') WHERE value = ?)";
  if (filter.tags?.length) {
    conditions.push(`(${filter.tags.map(() => hasTag).join(filter.matchAllTags ? ' AND ' : ' OR ')})`);
    parameters.push(...filter.tags);
  }
  const listed = readPage(
    db,
    {
      select: 'SELECT body FROM agents',
      where: conditions.join(' AND '),
      parameters,
      place: ['n'],
      placeOf: (id) => db.statement('SELECT n FROM agents WHERE id = ?').get(id) as SqlRow | undefined,
    },
    page,
  );
  return listed.ok ? { ok: true, rows: listed.rows.map((row) => json<AgentRow>(row, 'body')) } : listed;
}

/** The conversation that every agent has from its first moment. */
function defaultConversation(agent: AgentRow): ConversationRow {
  return {
    key: scopeKey(agent.id, 'default'),
    id: 'default',
    agentId: agent.id,
    summary: null,
    description: null,
    model: null,
    modelSettings: null,
    contextWindowLimit: null,
    archivedAt: null,
    createdAt: agent.createdAt,
    updatedAt: agent.createdAt,
    lastMessageAt: null,
    createdBy: agent.createdBy,
    lease: null,
    openCalls: null,
    cut: 1,
    charsPerToken: null,
  };
}
