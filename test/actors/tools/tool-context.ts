import { execFileSync } from 'node:child_process';
import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach } from 'vitest';
import { endMarked } from '../../../actors/processes/end-marked.ts';
import { processTable } from '../../../actors/processes/process-table.ts';
import { knownSecrets } from '../../../actors/secrets/known-secrets.ts';
import { commandEnvironment } from '../../../actors/tools/environment.ts';
import type { Tool, ToolContext } from '../../../actors/tools/tool.ts';

const life = `test-${process.pid}-${performance.now()}`;
const folders: string[] = [];
let calls = 0;

afterEach(async () => {
  await endMarked((mark) => mark.startsWith(`${life}/`));
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true, force: true });
});

export function tempFolder(): string {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-tools-')));
  folders.push(folder);
  return folder;
}

/** A named pipe, which nobody writes to: who opens it to read waits. */
export function makePipe(path: string): void {
  execFileSync('bash', ['-c', 'mkfifo "$1"', 'bash', path]);
}

export interface TestCall extends ToolContext {
  abort(): void;
  /** What the call showed while it ran. */
  shown: string[];
}

/** The context of one call in `cwd`; what it starts is ended after the test. */
export function testCall(cwd: string, env: Record<string, string | undefined> = process.env): TestCall {
  calls += 1;
  const mark = `${life}/${calls}`;
  const controller = new AbortController();
  const shown: string[] = [];
  return {
    callId: `call-${calls}`,
    cwd,
    effect: { kind: 'anything' },
    mark,
    env: commandEnvironment(env, mark),
    secrets: knownSecrets(env),
    signal: controller.signal,
    output: (text) => shown.push(text),
    abort: () => controller.abort(),
    shown,
  };
}

/** The pids that live with the mark of a call. */
export async function pidsOf(call: ToolContext): Promise<number[]> {
  return (await processTable((mark) => mark === call.mark)).map((one) => one.pid);
}

export async function isAlive(pid: number): Promise<boolean> {
  return (await processTable(() => true)).some((one) => one.pid === pid);
}

/** Runs a tool with arguments as they come over the wire; `between` comes when the call is allowed and has not begun. */
export async function runTool<A>(
  tool: Tool<A>,
  args: Record<string, unknown>,
  call: ToolContext,
  between?: () => void,
) {
  const parsed = tool.parameters.parse(args);
  const effect = await tool.effect(parsed, call.cwd);
  between?.();
  return tool.run(parsed, { ...call, effect });
}
