import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, test, vi } from 'vitest';
import { assign, createActor, setup } from 'xstate';
import { z } from 'zod';
import { processTable } from '../../actors/processes/process-table.ts';
import { knownSecrets } from '../../actors/secrets/known-secrets.ts';
import { createToolRunner } from '../../actors/tool-runner.ts';
import { tools } from '../../actors/tools/catalogue.ts';
import type { Tool } from '../../actors/tools/tool.ts';
import type { CallEffect, RunCallInput, ToolEnded, ToolOutput } from '../../machines/ports.ts';
import { tempFolder, testCall } from './tools/tool-context.ts';

type Said = ToolOutput | ToolEnded;
const actors: { stop(): void }[] = [];
afterEach(() => {
  for (const actor of actors.splice(0)) actor.stop();
});

/** A machine that invokes the runner, keeps what it says, and can cancel or leave it. */
function start(
  call: Partial<RunCallInput>,
  options: { tools?: ReadonlyMap<string, Tool>; env?: Record<string, string | undefined> } = {},
) {
  const env = options.env ?? process.env;
  const cwd = call.cwd ?? tempFolder();
  const { mark } = testCall(cwd);
  const effect: CallEffect = { kind: 'anything' };
  const input = { callId: 'call-1', name: 'Bash', args: {}, effect, ...call, cwd };
  let busy = false;
  const saidWhileBusy: Said[] = [];
  const actor = createActor(
    setup({
      types: { context: {} as { said: Said[] }, events: {} as Said | { type: 'cancel' } | { type: 'leave' } },
      actors: {
        toolRunner: createToolRunner({
          tools: options.tools ?? tools,
          env,
          mask: knownSecrets(env),
          markOf: () => mark,
        }),
      },
      actions: {
        keep: assign({
          said: ({ context, event }) => {
            if (busy) saidWhileBusy.push(event as Said);
            return [...context.said, event as Said];
          },
        }),
        cancel: ({ self }) => {
          busy = true;
          self.getSnapshot().children.runner?.send({ type: 'tool.cancel' });
          busy = false;
        },
      },
    }).createMachine({
      context: { said: [] },
      initial: 'running',
      states: {
        running: {
          invoke: { id: 'runner', src: 'toolRunner', input },
          on: {
            'tool.output': { actions: 'keep' },
            'tool.ended': { actions: 'keep' },
            cancel: { actions: 'cancel' },
            leave: { target: 'left' },
          },
        },
        left: {},
      },
    }),
  ).start();
  actors.push(actor);
  const said = () => actor.getSnapshot().context.said;
  const ended = async () => {
    await vi.waitFor(() => expect(said().at(-1)?.type).toBe('tool.ended'), 20_000);
    return (said().at(-1) as ToolEnded).outcome;
  };
  const shows = (text: string) => vi.waitFor(() => expect(JSON.stringify(said())).toContain(text), 20_000);
  return { actor, cwd, mark, said, ended, shows, saidWhileBusy };
}

function toolOf(run: Tool['run'], parameters: z.ZodType = z.looseObject({})): ReadonlyMap<string, Tool> {
  const effect = async () => ({ kind: 'anything' as const });
  return new Map([['Try', { name: 'Try', description: '', parameters, effect, run }]]);
}

test('TOOL-1 says its output in order and its end once, as the last', async () => {
  const { said, ended } = start({ callId: 'call-7', args: { command: 'echo one; echo two' } });
  expect(await ended()).toMatchObject({ status: 'success', text: 'one\ntwo\n' });
  expect(said().filter((event) => event.type === 'tool.ended')).toHaveLength(1);
  expect(said().every((event) => event.callId === 'call-7')).toBe(true);
  expect(said().at(-2)).toMatchObject({ type: 'tool.output', text: 'one\ntwo\n' });
});

test('TOOL-1 a tool that goes on talking after its end is not heard', async () => {
  let late = (_text: string): void => {};
  const { said, ended } = start(
    { name: 'Try' },
    {
      tools: toolOf(async (_, { output }) => {
        output('before');
        late = output;
        return { status: 'success', text: 'done' };
      }),
    },
  );
  await ended();
  late('after');
  await new Promise(setImmediate);
  expect(said().map((event) => event.type)).toEqual(['tool.output', 'tool.ended']);
});

test('TOOL-2 a tool that does not exist is an error that names those that do', async () => {
  expect(await start({ name: 'Fly' }).ended()).toEqual({
    status: 'error',
    text: 'There is no tool Fly. The tools are: Bash, Read, Write, Edit, Glob, Grep.',
  });
  expect((await start({ name: 'constructor' }).ended()).status).toBe('error');
});

test('TOOL-2 arguments that do not fit are an error that names them', async () => {
  const { status, text } = await start({ args: { timeout: 'long', comand: 'ls' } }).ended();
  expect(status).toBe('error');
  for (const word of ['Bash', 'command', 'timeout', 'comand']) expect(text).toContain(word);
});

test('TOOL-2 a bug in a tool ends its call and nothing else', async () => {
  const thrown = toolOf(async () => {
    throw new Error('unexpected token-0123456789');
  });
  const env = { MY_TOKEN: 'token-0123456789' };
  const broken = start({ name: 'Try' }, { tools: thrown, env });
  expect(await broken.ended()).toEqual({ status: 'error', text: 'Try broke: unexpected [secret MY_TOKEN]' });
  expect(broken.actor.getSnapshot().status).toBe('active');
  const atOnce = toolOf(() => {
    throw new TypeError('at once');
  });
  expect((await start({ name: 'Try' }, { tools: atOnce }).ended()).text).toBe('Try broke: at once');
});

test('TOOL-64 a call that was allowed for another place does not run', async () => {
  const cwd = tempFolder();
  const args = { file_path: 'new', content: '1' };
  const effect: CallEffect = { kind: 'writes', files: ['/elsewhere/new'] };
  const { text } = await start({ name: 'Write', args, cwd, effect }).ended();
  expect(text).toContain(`/elsewhere/new is now ${cwd}/new: it changed since this call was allowed`);
  expect(readdirSync(cwd)).toEqual([]);
});

test('TOOL-3 cancelled, it ends with outcome cancelled when everything is dead', async () => {
  const { actor, mark, ended, shows } = start({ args: { command: 'sleep 300 & echo ready; sleep 300' } });
  await shows('ready');
  actor.send({ type: 'cancel' });
  actor.send({ type: 'cancel' });
  expect(await ended()).toMatchObject({ status: 'error', outcome: 'cancelled' });
  expect(await processTable((one) => one === mark)).toEqual([]);
});

test('TOOL-3 nothing is said while the parent handles the cancel', async () => {
  const talkative = toolOf(
    (_, { signal, output }) =>
      new Promise((resolve) => {
        signal.addEventListener('abort', () => {
          output('stopping');
          resolve({ status: 'error', outcome: 'cancelled', text: 'stopped' });
        });
        output('ready');
      }),
  );
  const { actor, said, ended, shows, saidWhileBusy } = start({ name: 'Try' }, { tools: talkative });
  await shows('ready');
  actor.send({ type: 'cancel' });
  await ended();
  expect(saidWhileBusy).toEqual([]);
  expect(said().map((event) => (event.type === 'tool.output' ? event.text : event.type))).toEqual([
    'ready',
    'stopping',
    'tool.ended',
  ]);
});

test('TOOL-4 a call that came to its end in spite of the cancel says what it did', async () => {
  let finish = (): void => {};
  const deaf = toolOf(
    (_, { output }) =>
      new Promise((resolve) => {
        output('ready');
        finish = () => resolve({ status: 'success', text: 'the file was written' });
      }),
  );
  const { actor, ended, shows } = start({ name: 'Try' }, { tools: deaf });
  await shows('ready');
  actor.send({ type: 'cancel' });
  finish();
  expect(await ended()).toEqual({
    status: 'error',
    outcome: 'cancelled',
    text: 'Cancelled, but it had already come to its end: the file was written',
  });
});

test('TOOL-5 when the runner is left or stopped, what it runs is ended, without a word', async () => {
  for (const end of ['leave', 'stop'] as const) {
    const { actor, mark, said, shows } = start({ args: { command: 'echo ready; sleep 300' } });
    await shows('ready');
    if (end === 'leave') actor.send({ type: 'leave' });
    else actor.stop();
    await vi.waitFor(async () => expect(await processTable((one) => one === mark)).toEqual([]), 20_000);
    expect(said().some((event) => event.type === 'tool.ended')).toBe(false);
  }
});

test('TOOL-15 what a call left in the background outlives its runner', async () => {
  const { actor, mark, ended } = start({ args: { command: 'sleep 300 >/dev/null 2>&1 & echo started' } });
  await ended();
  actor.send({ type: 'cancel' });
  actor.send({ type: 'leave' });
  await new Promise(setImmediate);
  expect(await processTable((one) => one === mark)).toHaveLength(1);
});

test('D25 TOOL-6 no secret shows in anything that a tool says', async () => {
  const env = { MY_TOKEN: 'token-0123456789', ANTHROPIC_API_KEY: 'sk-ant-0123456789' };
  const leaky = toolOf(async (_, { output }) => {
    const text = Object.values(env).join(' ');
    output(text);
    return { status: 'error', text, stdout: [text, 'plain'], stderr: [text] };
  });
  const { said, ended } = start({ name: 'Try' }, { tools: leaky, env });
  const masked = '[secret MY_TOKEN] [secret ANTHROPIC_API_KEY]';
  await ended();
  expect(said()).toEqual([
    { type: 'tool.output', callId: 'call-1', text: masked },
    {
      type: 'tool.ended',
      callId: 'call-1',
      outcome: { status: 'error', text: masked, stdout: [masked, 'plain'], stderr: [masked] },
    },
  ]);
});

test('D25 TOOL-6 a real command that prints its environment and files shows no secret', async () => {
  const env = { ...process.env, GITHUB_TOKEN: 'ghp-0123456789', ANTHROPIC_API_KEY: 'sk-ant-0123456789' };
  const run = async (name: string, args: RunCallInput['args'], cwd: string) => {
    const effect = (await tools.get(name)?.effect(args, cwd)) ?? { kind: 'anything' };
    const call = start({ name, args, cwd, effect }, { env });
    await call.ended();
    return JSON.stringify(call.said());
  };
  const cwd = tempFolder();
  const printed = await run('Bash', { command: 'env | tee env.txt; echo sk-ant-0123456789 >> env.txt' }, cwd);
  expect(readFileSync(join(cwd, 'env.txt'), 'utf8')).toContain('ghp-0123456789\n');
  const heard = [
    printed,
    await run('Read', { file_path: 'env.txt' }, cwd),
    await run('Grep', { pattern: '0123456789', output_mode: 'content' }, cwd),
  ];
  for (const said of heard) {
    expect(said).not.toMatch(/ghp-0123456789|sk-ant-0123456789/);
    expect(said).toContain('[secret GITHUB_TOKEN]');
  }
  expect(heard[1]).toContain('[secret ANTHROPIC_API_KEY]');
});
