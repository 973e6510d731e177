import { expect, test } from 'vitest';
import {
  actorName,
  lastName,
  shortId,
  shortPath,
  splitName,
} from '../../../inspector/recording/actor-name.ts';

const actor = (root: string, path: string, src = '', context: object = {}) => ({ root, path, src, context });

test('a root is named by its kind and which one it is, an actor farther in by its own name', () => {
  expect(actorName(actor('host', '.'))).toEqual({ name: 'host', detail: null });
  expect(actorName(actor('conversation:conv-1', '.'))).toEqual({ name: 'conversation', detail: 'conv-1' });
  expect(actorName(actor('conversation:conv-1', 'turn/batch'))).toEqual({ name: 'batch', detail: null });
});

test('a tool call is named by its tool', () => {
  const context = { standing: { id: 'call-2vW2VajDtD0dFdk7Hm97s-1', name: 'Bash' } };
  expect(actorName(actor('c', 'turn/batch/call:call-2vW2VajDtD0dFdk7Hm97s-1', 'toolCall', context))).toEqual({
    name: 'call Bash',
    detail: 'call-2vW…Hm97s-1',
  });
});

test('names come apart at their signs, and a long id keeps both ends', () => {
  expect(lastName('turn/batch/call:1')).toBe('call:1');
  expect(lastName('turn')).toBe('turn');
  expect(splitName('conversation:default:agent-1')).toEqual(['conversation', 'default:agent-1']);
  expect(splitName('host')).toEqual(['host', undefined]);
  expect([shortId('conv-1'), shortId('x'.repeat(18)), shortId('conversation-0123456789')]).toEqual([
    'conv-1',
    'x'.repeat(18),
    'conversa…3456789',
  ]);
});

test('a path is told from the last actor on that has an id', () => {
  const paths = [
    '.',
    'turn/model',
    'turn/batch/call:call-1',
    'turn/batch/call:call-0123456789-0123456789/runner',
  ];
  expect(paths.map(shortPath)).toEqual(['.', 'turn/model', 'call:call-1', 'call:call-012…3456789/runner']);
});
