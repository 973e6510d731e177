// Runs before each test file: no test sees the home, the tokens or the provider keys of the person who runs it.
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll } from 'vitest';

const PERSONAL = /^(?:SIGNALBOX|LETTA|ANTHROPIC|OPENAI|GOOGLE|GEMINI|OPENROUTER|OLLAMA)_|_API_KEY$/;

for (const name of Object.keys(process.env)) if (PERSONAL.test(name)) delete process.env[name];

// The home itself too: what forgets SIGNALBOX_HOME lands in ~/.signalbox, which is then the same throwaway.
const home = mkdtempSync(join(tmpdir(), 'signalbox-test-'));
process.env.HOME = home;
process.env.SIGNALBOX_HOME = join(home, '.signalbox');
mkdirSync(process.env.SIGNALBOX_HOME, { mode: 0o700 });

afterAll(() => rmSync(home, { recursive: true, force: true, maxRetries: 3 }));
