import { expect, test } from 'vitest';
import { bash } from '../../../actors/tools/bash.ts';
import { commandEnvironment } from '../../../actors/tools/environment.ts';
import { runTool, tempFolder, testCall } from './tool-context.ts';

const withheld = [
  'SIGNALBOX_TOKEN',
  'SIGNALBOX_HUB_TOKEN',
  'SIGNALBOX_API_KEY',
  'SIGNALBOX_COOKIE_SECRET',
  'LETTA_API_KEY',
  'ANTHROPIC_API_KEY',
  'ANTHROPIC_AUTH_TOKEN',
  'OPENAI_API_KEY',
  'GOOGLE_GENERATIVE_AI_API_KEY',
  'GEMINI_API_KEY',
  'GOOGLE_API_KEY',
  'OPENAI_COMPATIBLE_API_KEY',
  'OPENROUTER_API_KEY',
];

test('TOOL-7 commands get neither our tokens nor the keys of the model providers', async () => {
  const secrets = Object.fromEntries(withheld.map((name) => [name, 'do-not-show-this']));
  expect(commandEnvironment(secrets, 'host/1')).toEqual({ SIGNALBOX_CALL: 'host/1' });
  const call = testCall(tempFolder(), { ...process.env, ...secrets });
  expect((await runTool(bash, { command: 'env' }, call)).text).not.toMatch(new RegExp(withheld.join('|')));
});

test('TOOL-7 commands get everything else, and which call they belong to', () => {
  const env = {
    HOME: '/home/me',
    PATH: '/x/node_modules/.bin:/usr/bin',
    GITHUB_TOKEN: 'theirs',
    GOOGLE_APPLICATION_CREDENTIALS: '/key.json',
    SIGNALBOX_HOME: '/home/me/.signalbox',
    SIGNALBOX_CALL: 'a host in which this one runs',
    NODE: '/mine',
    UNSET: undefined,
  };
  const { UNSET: _, ...rest } = env;
  expect(commandEnvironment(env, 'host/2')).toEqual({ ...rest, SIGNALBOX_CALL: 'host/2' });
});

test('TOOL-7 what node and npm set to start the host does not reach commands', () => {
  const env = {
    npm_execpath: '/npm-cli.js',
    npm_command: 'run-script',
    npm_package_name: 'signalbox',
    npm_lifecycle_event: 'start',
    npm_config_local_prefix: '/signalbox',
    npm_node_execpath: '/node24',
    NODE: '/node24',
    INIT_CWD: '/signalbox',
    NODE_COMPILE_CACHE: '/cache',
    npm_config_registry: 'https://theirs.example',
    PATH: '/signalbox/node_modules/.bin:/node_modules/.bin:/npm/node-gyp-bin:/usr/bin:/my/node_modules/.bin',
  };
  expect(commandEnvironment(env, 'host/3')).toEqual({
    npm_config_registry: 'https://theirs.example',
    PATH: '/usr/bin:/my/node_modules/.bin',
    SIGNALBOX_CALL: 'host/3',
  });
});
