import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Recording } from '../../../inspector/recording/recording.ts';
import { readText } from '../../../src/replay/read-text.ts';

const read = (name: string) =>
  readFileSync(join(import.meta.dirname, '../../replays', `${name}.log`), 'utf8');
const recording = Recording.of(readText(read('approval-over-a-restart')));
const find = (text: string) =>
  recording.lines.findIndex((line) => JSON.stringify(line.json).includes(text)) + 1;

test('INSP-12 at every position the actors are those that lived then, forwards and backwards', () => {
  const positions = recording.lines.map((_, index) => index + 1);
  const forwards = positions.map((position) => JSON.stringify(names(position)));
  const backwards = positions.toReversed().map((position) => JSON.stringify(names(position)));
  expect(backwards.toReversed()).toEqual(forwards);
  expect(recording.actorsAt(0)).toEqual([]);
  expect(names(find('"type":"control_request"'))).toContainEqual([
    'turn/batch/call:call-1',
    'awaitingApproval',
  ]);
});

test('INSP-12 the last change of an actor is told, at the position of its cause', () => {
  const asked = find('"type":"control_request"');
  const move = recording.lastMove('conversation:conv-1', 'turn', asked);
  expect(move).toMatchObject({ from: 'classifying', to: { tools: 'awaitingApproval' } });
  expect(recording.lines[(move?.position ?? 0) - 1]?.json).toMatchObject({ from: 'turn/classify' });
  expect(recording.lastMove('conversation:conv-1', 'turn', 1)).toBeUndefined();
  const earlier = recording.lastMove('conversation:conv-1', 'turn', (move?.position ?? 0) - 1);
  expect(earlier?.to).toBe('classifying');
});

test('the machine of an actor, whether it is a root or was started by another', () => {
  const actors = recording.actorsAt(find('"type":"control_request"'));
  const machines = actors.map((actor) => recording.shapeOf(actor)?.id ?? null);
  expect(new Set(machines)).toEqual(new Set(['host', 'conversation', null, 'turn', 'toolBatch', 'toolCall']));
});

test('it opens where something but the host lives', () => {
  const roots = recording.actorsAt(recording.lastAlive).map(({ root }) => root);
  expect(roots).toContain('conversation:conv-1');
  expect(recording.lastAlive).toBeLessThan(recording.lines.length);
  expect(Recording.of([]).lastAlive).toBe(0);
});

test('INSP-12 a divergence and damage are told where they are', () => {
  expect(recording.divergences).toEqual([]);
  const text = read('retry-ladder');
  const altered = Recording.of(readText(text.replace('"kind":"post"', '"kind":"attach"')));
  expect(altered.divergences).toHaveLength(1);
  expect(altered.lines[(altered.divergences[0]?.position ?? 0) - 1]).toBeDefined();
  const cut = Recording.of(readText(`${text.split('\n').slice(0, 10).join('\n')}\nnonsense\n`));
  expect(cut.damaged).toMatchObject({ line: 11 });
  expect(cut.lines).toHaveLength(10);
});

function names(position: number): unknown[][] {
  return recording.actorsAt(position).map(({ path, value }) => [path, value]);
}
