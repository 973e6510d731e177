import { describe, expect, test } from 'vitest';
import { hubWords } from '../../actors/hub-words.ts';

const problems = [
  { loc: ['body', 'messages', 0, 'role'], msg: 'Field required', type: 'missing' },
  { loc: ['query', 'agent_id'], msg: 'String too short' },
];
const page =
  '<!DOCTYPE html>\n<html><head><title>502\n Bad Gateway</title></head><body><h1>x</h1></body></html>';

describe('what a hub says of a refusal', () => {
  test.each<[string, unknown, string]>([
    ['message', { error: 'not_found', message: 'no such agent', detail: 'x' }, 'no such agent'],
    ['detail', { detail: 'No active run' }, 'No active run'],
    [
      'a list of problems',
      { detail: problems },
      'body.messages.0.role: Field required; query.agent_id: String too short',
    ],
    ['detail within error', { error: { detail: 'no\n such  run' } }, 'no such run'],
    ['detail within detail', { detail: { message: 'quota' } }, 'quota'],
    ['error alone', { error: 'slow' }, 'HTTP 418: slow'],
    ['error and its code', { error: 'slow', errorCode: 'rps' }, 'HTTP 418: slow (rps)'],
    ['nothing that is known', { status: 'bad' }, 'HTTP 418: no explanation'],
    ['an empty list', { detail: [] }, 'HTTP 418: no explanation'],
  ])('PROTO-52 is read from %s', (_, body, message) => {
    expect(hubWords(418, JSON.stringify(body)).message).toBe(message);
  });

  test.each([
    ['a web page', page, 'HTTP 502: a web page ("502 Bad Gateway"), not a hub\'s answer'],
    ['a web page without a title', '<center>nginx</center>', "HTTP 502: a web page, not a hub's answer"],
    ['plain text', 'upstream\nis gone', 'HTTP 502: upstream is gone'],
    ['nothing', '', 'HTTP 502: no explanation'],
  ])('PROTO-52 of %s tells what it is', (_, text, message) => {
    expect(hubWords(502, text).message).toBe(message);
  });

  test('PROTO-52 of a redirect tells where to, without what may be secret there', () => {
    const { message } = hubWords(308, '<a>', 'https://me:secret@hub.test/v1?token=secret');
    expect(message).toBe('HTTP 308: moved to https://hub.test/v1');
  });

  test('PROTO-52 is never longer than a line or two', () => {
    expect(hubWords(400, JSON.stringify({ detail: 'x'.repeat(5_000) })).message).toHaveLength(300);
  });
});
