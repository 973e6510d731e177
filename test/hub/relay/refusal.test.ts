import { describe, expect, test } from 'vitest';
import { refusal } from '../../../src/hub/relay/refusal.ts';
import { commandSchema } from '../../../src/protocol/commands.ts';

const runtime = { agent_id: 'a', conversation_id: 'c' };

describe('a refusal', () => {
  test.each(commandSchema.options.map((option) => option.shape.type.value))(
    'HUB-25 D26 of %s is an answer of its own kind, with the id, the scope and the reason',
    (type) => {
      const answer = refusal({ type, request_id: 'r', runtime }, 'invalid_frame', 'because') as Record<
        string,
        unknown
      >;
      expect(answer).toMatchObject({ request_id: 'r', code: 'invalid_frame', error: 'because' });
      if (type !== 'runtime_start') expect(answer.runtime).toEqual(runtime);
      expect(answer.type).toBe(type === 'input' ? 'input_accepted' : `${type}_response`);
      expect(answer.accepted ?? answer.success).toBe(false);
    },
  );

  test('HUB-25 without a usable request_id is a notice', () => {
    for (const request_id of [undefined, '', 7])
      expect(refusal({ type: 'sync', request_id }, 'forbidden', 'no')).toEqual({
        ...{ type: 'error', code: 'forbidden', message: 'no' },
      });
  });
});
