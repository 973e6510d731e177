import { beforeEach, describe, expect, test } from 'vitest';
import { createHubSession } from '../../src/host/hub-session.ts';
import { startRuntime } from '../../src/host/runtime-start.ts';
import type { CommandOf } from '../../src/protocol/commands.ts';
import { type FakeHub, TOKEN } from './fake-hub.ts';
import { fakeHub, startTestHost } from './support/test-host.ts';

let hub: FakeHub;
/** `METHOD path` of each call, with its body. */
let asked: [call: string, body: unknown][];
beforeEach(async () => {
  hub = await fakeHub();
  asked = [];
  hub.onRest = ({ method, path, body }) => {
    asked.push([`${method} ${path}`, body]);
    if (path.includes('missing'))
      return { status: 404, body: { error: 'not_found', message: 'no such thing' } };
    if (path.startsWith('/v1/agents/')) return { status: 200, body: { id: 'agent-1', name: 'A' } };
    return { status: 200, body: { id: 'conv-7' } };
  };
});

const start = (fields: object) => {
  const command = { type: 'runtime_start', request_id: 'r', ...fields } as CommandOf<'runtime_start'>;
  return startRuntime(createHubSession({ url: hub.url, token: TOKEN }, 'device-1'), command);
};

describe('to start a runtime', () => {
  test('HOST-220 finds the agent, and makes a new conversation when none is named', async () => {
    expect(await start({ agent_id: 'agent-1' })).toEqual({
      ok: true,
      scope: { agentId: 'agent-1', conversationId: 'conv-7' },
      agent: { id: 'agent-1', name: 'A' },
      conversation: { id: 'conv-7' },
      created: { agent: false, conversation: true },
    });
    expect(asked).toEqual([
      ['GET /v1/agents/agent-1', {}],
      ['POST /v1/conversations/?agent_id=agent-1', {}],
    ]);
  });

  test('HOST-220 finds both', async () => {
    expect(await start({ agent_id: 'agent-1', conversation_id: 'conv-7' })).toMatchObject({
      scope: { conversationId: 'conv-7' },
      created: { agent: false, conversation: false },
    });
    expect(asked.map(([call]) => call)).toEqual(['GET /v1/agents/agent-1', 'GET /v1/conversations/conv-7']);
  });

  test('HOST-220 makes both, with the bodies as they came', async () => {
    const runtime = await start({
      create_agent: { body: { name: 'New', model: 'demo/scripted' } },
      create_conversation: { body: { summary: 's' } },
    });
    expect(runtime).toMatchObject({ created: { agent: true, conversation: true } });
    expect(asked).toEqual([
      ['POST /v1/agents/', { name: 'New', model: 'demo/scripted' }],
      ['POST /v1/conversations/?agent_id=agent-1', { summary: 's' }],
    ]);
  });

  test('HOST-221 the default conversation is there without a question', async () => {
    expect(await start({ agent_id: 'agent-1', conversation_id: 'default' })).toMatchObject({
      scope: { agentId: 'agent-1', conversationId: 'default' },
      conversation: null,
      created: { conversation: false },
    });
    expect(asked).toHaveLength(1);
  });

  test.each([
    ['both agents', { agent_id: 'a', create_agent: { body: {} } }, 'not both'],
    ['both conversations', { agent_id: 'a', conversation_id: 'c', create_conversation: {} }, 'not both'],
    ['no agent', { conversation_id: 'conv-7' }, 'needs agent_id or create_agent'],
  ])('HOST-222 with %s is refused before anything is asked', async (_, fields, reason) => {
    expect(await start(fields)).toEqual({ ok: false, error: expect.stringContaining(reason) });
    expect(asked).toEqual([]);
  });

  test('HOST-222 tells what the hub said when something is not there, or the hub is not', async () => {
    const refused = { ok: false, error: 'no such thing' };
    expect(await start({ agent_id: 'missing' })).toEqual(refused);
    expect(await start({ agent_id: 'agent-1', conversation_id: 'missing' })).toEqual(refused);
    await hub.stop();
    expect(await start({ agent_id: 'agent-1' })).toMatchObject({ ok: false });
  });

  test('names that need it are escaped', async () => {
    await start({ agent_id: 'a/b?c', conversation_id: 'x y' });
    expect(asked.map(([call]) => call)).toEqual(['GET /v1/agents/a%2Fb%3Fc', 'GET /v1/conversations/x%20y']);
  });
});

test('D26 HOST-223 a host that cannot even ask answers all the same', async () => {
  await startTestHost(hub);
  hub.sendFrame({ type: 'runtime_start', request_id: 'r-1', agent_id: '\ud800' });
  expect(await hub.reply('r-1')).toMatchObject({ success: false, error: expect.any(String) });
  hub.sendFrame({ type: 'runtime_start', request_id: 'r-2', agent_id: 'agent-1', wait_for_replay: true });
  expect(await hub.reply('r-2')).toMatchObject({
    success: true,
    runtime: { agent_id: 'agent-1', conversation_id: 'conv-7' },
  });
});
