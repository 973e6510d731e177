import { hubMigrations } from '../../src/hub/migrations.ts';
import { storeVersions } from '../support/store-versions.ts';

storeVersions('the store of a hub', hubMigrations, [
  (sql) =>
    sql.exec(`
      INSERT INTO agents VALUES (1, 'agent-1', 'Ada', '{"system":"be kind"}');
      INSERT INTO conversations VALUES
        (1, 'conv-1', 'conv-1', 'agent-1', '{}', NULL, 'about trains', 10, 11, 3, 2, '{"turnId":"turn-1"}', '["call-1"]', 1, 3.5);
      INSERT INTO messages VALUES
        (1, 1, 'message-1', 'user_message', 'cm-1', 'turn-1', NULL, 'env-1', 'pia', 10, '{"content":"hi"}', NULL, 'p'),
        (1, 2, 'message-2', 'assistant_message', NULL, 'turn-1', 'run-1', 'env-1', NULL, 11, '{"content":"hello"}', '{}', NULL);
      INSERT INTO runs VALUES
        (1, 'run-1', 1, 1, 'agent-1', 'cm-1', 'turn-1', 'env-1', 2, 'demo/scripted', 'completed', 'end_turn', NULL, '{"n":1}', 10, 11);
      INSERT INTO chunks VALUES (1, 1, 2, '["a","b"]');
      INSERT INTO hub VALUES ('id', 'hub-1');
      INSERT INTO environments VALUES
        ('env-1', 'device-1', 'server-1', 'laptop', 'owner', '{"os":"linux"}', 1, 2, 3, 'epoch-1');
      INSERT INTO connections VALUES ('conn-1', 'env-1', 3, 'epoch-1', 2);
      INSERT INTO known_states VALUES ('env-1', 'conv-1', 'device', '{}', 2);
      INSERT INTO held VALUES (4, 'env-1', 'conv-1', 'input', 'cm-9', '{"type":"input"}', 16, 5, 6, 1, 0);
      INSERT INTO withdrawn VALUES ('conv-1', 'cm-8');
      INSERT INTO tokens VALUES ('token-1', 'Ada', 'send', 'abc', 1, 2);
    `),
]);
