import { afterEach, beforeEach, expect, test } from 'vitest';
import { hubRequest } from '../../actors/hub-request.ts';
import { FakeHub } from '../support/fake-hub.ts';

let hub: FakeHub;
beforeEach(async () => {
  hub = await new FakeHub().start();
});
afterEach(() => hub.stop());

const ask = (path: string, query = {}) =>
  hubRequest({ url: `${hub.url}/`, token: 'secret-of-this-test' }, { method: 'GET', path, query });

test('SDK-13 an answer is the value; what is not asked for is left out of the address', async () => {
  expect(await ask('/v1/agents/', { limit: 2, after: undefined })).toEqual({ ok: true, value: hub.agents });
  expect(hub.requests).toEqual(['GET /v1/agents/?limit=2']);
});

test.each([
  [404, { error: 'not_found', message: 'no agent "x"' }, 'not_found', 'no agent "x"'],
  [422, { detail: 'in the words of others' }, 'http_422', 'in the words of others'],
  [502, 'Bad Gateway', 'http_502', 'HTTP 502: Bad Gateway'],
])('SDK-13 a refusal of %i tells status, code and message', async (status, body, code, message) => {
  hub.failures.set('GET /v1/agents', { status, body });
  expect(await ask('/v1/agents/')).toEqual({ ok: false, status, code, message, body });
});

test('SDK-13 no answer at all is an answer too, and the token is in none of them', async () => {
  await hub.stop();
  const answer = await ask('/v1/agents/');
  expect(answer).toMatchObject({ ok: false, status: 0, code: 'unreachable' });
  expect(JSON.stringify(answer)).toContain(hub.url);
  expect(JSON.stringify(answer)).not.toContain('secret-of-this-test');
  hub = await new FakeHub().start();
});
