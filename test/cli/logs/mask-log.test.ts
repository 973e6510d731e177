import { expect, it } from 'vitest';
import { writeToken } from '../../../actors/credentials.ts';
import { maskLog, secretsInLogs } from '../../../src/cli/logs/mask-log.ts';
import { tempDir } from '../../log/temp-dir.ts';

async function masked(parts: Buffer[], secrets: ReturnType<typeof secretsInLogs>): Promise<Buffer> {
  const read: Buffer[] = [];
  async function* all() {
    yield* parts;
  }
  for await (const part of maskLog(all(), secrets)) read.push(part);
  return Buffer.concat(read);
}

function home(): string {
  const dir = tempDir();
  expect(writeToken(dir, 'https://hub.example', 'sb_token_of_the_hub').ok).toBe(true);
  return dir;
}

it('BUNDLE-4 tokens of the home and keys of the environment are masked, wherever a part begins', async () => {
  const secrets = secretsInLogs(home(), { OPENAI_API_KEY: 'sk-0123456789', HOME: '/home/somebody' });
  const text = Buffer.from('a sb_token_of_the_hub b sk-0123456789 c /home/somebody é');
  for (let at = 0; at <= text.length; at += 3) {
    const shown = (await masked([text.subarray(0, at), text.subarray(at)], secrets)).toString();
    expect(shown).toBe('a [secret a token of a hub] b [secret OPENAI_API_KEY] c /home/somebody é');
  }
});

it('BUNDLE-4 a secret is found as a line of a log writes it, and in any alphabet', async () => {
  const secrets = secretsInLogs(home(), { A_SECRET: 'tab\t"quote" schlüssel' });
  const line = Buffer.from(`${JSON.stringify({ said: 'it is tab\t"quote" schlüssel.' })}\n`);
  expect((await masked([line], secrets)).toString()).toBe('{"said":"it is [secret A_SECRET]."}\n');
});

it('BUNDLE-4 bytes that are no text stay as they are', async () => {
  const bytes = Buffer.from(Array.from({ length: 512 }, (_, at) => at % 256));
  expect(await masked([bytes], secretsInLogs(home(), {}))).toEqual(bytes);
});

it('BUNDLE-4 credentials that cannot be read keep nobody from packing', () => {
  expect(secretsInLogs('/nowhere', {}).list).toEqual([]);
});
