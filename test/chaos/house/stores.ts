import { copyFileSync, existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';

export interface StoredInput {
  seq: number;
  id: string;
  /** As `scopeKey` has it. */
  conversation: string;
  state: 'queued' | 'taken' | 'answered' | 'failed' | 'cancelled' | 'withdrawn';
  turn: string | null;
}
export interface StoredTurn {
  id: string;
  state: 'open' | 'ended';
  stopReason: string | null;
  error: string | null;
}
export interface StoredDecision {
  callId: string;
  behavior: 'allow' | 'deny';
  args: unknown;
  message: string | null;
  by: string | null;
  at: string;
}
/** What a host remembers. */
export interface HostFacts {
  inputs: StoredInput[];
  turns: StoredTurn[];
  decisions: StoredDecision[];
}
/** What the hub remembers of inputs that it ended or holds itself. */
export interface HubFacts {
  /** Inputs withdrawn at the hub. */
  withdrawn: Set<string>;
  held: string[];
  streaming: string[];
}

/** Calls that may have begun and have no outcome: what the next start of the host must call unknown. */
export function callsAtRisk(path: string): { callId: string; turnId: string; tool: string }[] {
  return reading(path, (sql) =>
    sql
      .prepare(
        `SELECT c.call AS callId, c.turn AS turnId, c.name AS tool FROM calls c JOIN turns t ON t.id = c.turn
         WHERE t.state = 'open' AND c.intent IS NOT NULL AND c.outcome IS NULL`,
      )
      .all(),
  ) as unknown as { callId: string; turnId: string; tool: string }[];
}

export function hostFacts(path: string): HostFacts {
  return reading(path, (sql) => {
    const inputs = sql
      .prepare(
        `SELECT i.seq, i.client_message_id AS id, c.key AS conversation, i.state, i.turn
         FROM inputs i JOIN conversations c ON c.id = i.conversation ORDER BY i.seq`,
      )
      .all() as unknown as StoredInput[];
    const turns = sql
      .prepare('SELECT id, state, stop_reason AS stopReason, error FROM turns')
      .all() as unknown as StoredTurn[];
    const decisions = sql
      .prepare(
        'SELECT call, decision, decided_by AS by, decided_at AS at FROM calls WHERE decision IS NOT NULL ORDER BY id',
      )
      .all()
      .map((row) => {
        const { behavior, args, message } = JSON.parse(String(row.decision)) as StoredDecision;
        const by = row.by === null ? null : String(row.by);
        return { callId: String(row.call), behavior, args, message: message ?? null, by, at: String(row.at) };
      });
    return { inputs, turns, decisions };
  });
}

export function hubFacts(path: string): HubFacts {
  return reading(path, (sql) => {
    const column = (query: string): string[] =>
      sql
        .prepare(query)
        .all()
        .map((row) => String(Object.values(row)[0]));
    return {
      withdrawn: new Set(column('SELECT client_message_id FROM withdrawn')),
      held: column("SELECT kind || ' ' || key FROM held"),
      streaming: column("SELECT id FROM runs WHERE status = 'streaming'"),
    };
  });
}

/** Reads a copy: opening the store itself would change it. */
function reading<T>(path: string, read: (sql: DatabaseSync) => T): T {
  const folder = mkdtempSync(join(tmpdir(), 'signalbox-copy-'));
  const copy = join(folder, 'copy.sqlite');
  try {
    for (const end of ['', '-wal']) if (existsSync(path + end)) copyFileSync(path + end, copy + end);
    const sql = new DatabaseSync(copy);
    try {
      return read(sql);
    } finally {
      sql.close();
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
