import { beforeEach, describe, expect, test } from 'vitest';
import { createActor, toPromise } from 'xstate';
import type { ModelStepInput, Scope } from '../../machines/ports.ts';
import { createCancelRun, type RefusedCancel } from '../../src/host/cancel-run.ts';
import { conversationPlace, createHubSession, createPrepareStep } from '../../src/host/hub-session.ts';
import type { HostStore } from '../../src/host/store/host-store.ts';
import { type FakeHub, TOKEN } from './fake-hub.ts';
import { bash, HUB, openTurn, SCOPE, submission, succeeded } from './support/samples.ts';
import { openStore } from './support/temp-store.ts';
import { fakeHub } from './support/test-host.ts';

let store: HostStore;
let conversation: number;
beforeEach(() => {
  store = openStore();
  conversation = store.conversations.ensure(HUB, SCOPE).id;
});

const session = (url = 'http://hub/') => createHubSession({ url, token: TOKEN }, 'device-1');
const registered = { connectionId: 'conn-1', wsUrl: 'ws://x' };

describe('who a host is to its hub', () => {
  test('HOST-230 is its environment and generation at a hub of ours, its device everywhere', () => {
    const hub = session();
    expect(hub.headers(null)).toEqual({ 'x-letta-environment-device-id': 'device-1' });
    hub.registered({ ...registered, environmentId: 'env-1', generation: 7, hubId: 'hub-9' });
    expect(hub.headers('turn-1')).toEqual({
      'x-letta-environment-device-id': 'device-1',
      'x-signalbox-environment': 'env-1 7',
      'x-signalbox-turn': 'turn-1',
    });
    expect([hub.environmentId(), hub.hubId()]).toEqual(['env-1', 'hub-9']);
  });

  test('HOST-231 a hub that says no id is known by its address', () => {
    const hub = session();
    hub.registered(registered);
    expect([hub.environmentId(), hub.hubId()]).toEqual([null, 'http://hub/']);
  });

  test('HOST-232 only the default conversation needs its agent', () => {
    expect(conversationPlace(SCOPE)).toEqual({ path: '/v1/conversations/conv-1', agent: {} });
    expect(conversationPlace({ agentId: 'agent-1', conversationId: 'default' })).toEqual({
      path: '/v1/conversations/default',
      agent: { agent_id: 'agent-1' },
    });
    expect(conversationPlace({ agentId: null, conversationId: 'a/b' }).path).toBe('/v1/conversations/a%2Fb');
  });
});

describe('the request for a step', () => {
  const prepare = (rest: Partial<ModelStepInput> = {}) => {
    const specs = ['Read', 'Bash'].map((name) => ({ name, description: '', parameters: {} }));
    const input: ModelStepInput = {
      scope: SCOPE,
      turnId: 'turn-1',
      step: 1,
      kind: 'post',
      after: null,
      ...rest,
    };
    return createPrepareStep(store, session(), () => specs)(input);
  };

  test('HOST-233 is the same for the same step, however often it is asked for', async () => {
    openTurn(store, conversation);
    const first = await prepare();
    expect(await prepare()).toEqual(first);
    expect(first).toMatchObject({
      url: 'http://hub/v1/conversations/conv-1/messages',
      headers: { authorization: `Bearer ${TOKEN}`, 'x-signalbox-turn': 'turn-1' },
      body: { messages: submission('cm-turn-1').messages },
    });
  });

  test('HOST-234 to attach names the key of the step, and asks from its first chunk', async () => {
    openTurn(store, conversation);
    store.turns.openStep('turn-1', 2, [{ type: 'approval', approvals: [], otid: 'turn-1:2' }]);
    expect(await prepare({ step: 2, kind: 'attach' })).toMatchObject({
      url: 'http://hub/v1/conversations/conv-1/stream',
      body: { otid: 'turn-1:2', starting_after: 0 },
    });
  });

  test('HOST-235 that hands over results waits until they are on disk', async () => {
    openTurn(store, conversation);
    store.db.transaction(() => store.turns.openStep('turn-1', 2, [{ type: 'approval', approvals: [] }]));
    await prepare({ step: 2 });
    expect(store.db.synced).toBe(store.db.committed);
  });

  test.each([
    [{}, ['Read', 'Bash']],
    [{ client_tool_allowlist: ['Bash'] }, ['Bash']],
    [{ client_tool_allowlist: [] }, []],
    [{ client_toolset: { include: ['Read'] } }, ['Read']],
    [{ client_toolset: { base: 'default' } }, ['Read', 'Bash']],
  ])('HOST-236 with the options %j offers %j', async (options, names) => {
    store.turns.open('turn-1', conversation, JSON.stringify(options), submission('cm-1').messages);
    const { body } = (await prepare()) as { body: { client_tools?: { name: string }[] } };
    expect(body.client_tools?.map(({ name }) => name)).toEqual(names);
  });

  test('of a turn that is not there is a fault', async () => {
    await expect(prepare()).rejects.toThrow('no step 1 of turn turn-1');
  });
});

describe('to cancel a run', () => {
  let hub: FakeHub;
  beforeEach(async () => {
    hub = await fakeHub();
    openTurn(store, conversation);
    refused.length = 0;
  });
  const refused: RefusedCancel[] = [];
  const cancel = (scope: Scope = SCOPE) =>
    toPromise(
      createActor(
        createCancelRun(store, session(hub.url), (one) => refused.push(one)),
        { input: { scope, turnId: 'turn-1' } },
      ).start(),
    );

  test('HOST-237 hands over what its calls came to; those without an outcome were interrupted', async () => {
    store.turns.endStep('turn-1', 1, 'run-1');
    store.calls.propose(conversation, 'turn-1', 1, [bash('call-1'), bash('call-2')]);
    store.calls.settle('turn-1', 'call-1', succeeded);
    expect(await cancel()).toEqual({ ok: true });
    expect(hub.cancels).toMatchObject([
      {
        body: {
          turn_id: 'turn-1',
          approvals: [
            { tool_call_id: 'call-1', status: 'success', tool_return: 'done' },
            {
              tool_call_id: 'call-2',
              status: 'error',
              tool_return: 'Interrupted by user',
              outcome: 'cancelled',
            },
          ],
        },
      },
    ]);
    expect(store.calls.find(conversation, 'call-2')?.outcome).toMatchObject({ outcome: 'cancelled' });
  });

  test('HOST-237 hands over those of the step before when the next was just opened', async () => {
    store.calls.propose(conversation, 'turn-1', 1, [bash('call-1')]);
    store.calls.settle('turn-1', 'call-1', succeeded);
    store.turns.openStep('turn-1', 2, [{ type: 'approval', approvals: [], otid: 'turn-1:2' }]);
    await cancel();
    expect(hub.cancels).toMatchObject([{ body: { approvals: [{ tool_call_id: 'call-1' }] } }]);
  });

  test('HOST-239 names the agent of a default conversation where clients of Letta name it', async () => {
    await cancel({ agentId: 'agent-1', conversationId: 'default' });
    await cancel();
    expect(hub.cancels.map(({ path }) => path)).toEqual([
      '/v1/conversations/default/cancel?agent_id=agent-1',
      '/v1/conversations/conv-1/cancel',
    ]);
    expect(refused).toEqual([]);
  });

  test.each([
    [404, true],
    [409, true],
    [410, true],
    [401, false],
    [408, false],
    [429, false],
    [500, false],
    [503, false],
  ])('HOST-238 answered with %i is done: %s', async (status, done) => {
    hub.onCancel = () => ({ status, body: {} });
    expect(await cancel()).toMatchObject({ ok: done });
    expect(refused).toEqual([]);
  });

  test.each([400, 403, 422])('HOST-238 answered with %i is done, and told as refused', async (status) => {
    hub.onCancel = () => ({ status, body: { message: 'because' } });
    expect(await cancel()).toEqual({ ok: true });
    const { conversationId } = SCOPE;
    expect(refused).toEqual([{ conversation: conversationId, turnId: 'turn-1', status, message: 'because' }]);
  });

  test('HOST-238 without a hub is not done', async () => {
    await hub.stop();
    expect(await cancel()).toMatchObject({ ok: false, message: expect.any(String) });
  });
});
