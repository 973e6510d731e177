import { hostMigrations } from '../../../src/host/store/migrations.ts';
import { storeVersions } from '../../support/store-versions.ts';

storeVersions('the store of a host', hostMigrations, [
  (sql) =>
    sql.exec(`
      INSERT INTO meta VALUES ('instance', 'host-1');
      INSERT INTO conversations VALUES
        (1, 'hub-1', 'conv-1', 'agent-1', 'conv-1', 'unrestricted', '/work', 3, 1, '[{"tool":"Bash"}]'),
        (2, 'hub-1', 'agent-1/default', 'agent-1', 'default', NULL, NULL, 0, 0, '[]');
      INSERT INTO inputs VALUES
        (7, 1, 'cm-1', '[{"role":"user","content":"hi"}]', '{}', 'pia', '2026-01-01T00:00:00.000Z', 'taken', 'started', 'turn-1'),
        (8, 1, 'cm-2', '[{"role":"user","content":"more"}]', '{}', NULL, '2026-01-01T00:00:01.000Z', 'queued', 'queued', NULL);
      INSERT INTO turns VALUES ('turn-1', 1, 'open', '{}', 1, 2, 'pia', '2026-01-01T00:00:02.000Z', NULL, NULL);
      INSERT INTO steps VALUES ('turn-1', 1, '[]', 'run-1', 1);
      INSERT INTO calls VALUES
        (5, 1, 'turn-1', 1, 'call-run-1-1', 'Bash', '{}', '{"kind":"asking"}', '{"behavior":"allow"}', 'tom', '2026-01-01T00:00:03.000Z', '{}', NULL);
    `),
  (sql) =>
    sql.exec(`
      UPDATE conversations SET mode_by = 'pia', mode_at = '2026-01-01T00:00:00.000Z', cwd_by = 'tom', cwd_at = '2026-01-01T00:00:01.000Z'
        WHERE id = 1;
    `),
]);
