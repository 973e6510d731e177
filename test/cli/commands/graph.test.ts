import { expect, test } from 'vitest';
import { describeMachine } from '../../../inspector/layout/describe-machine.ts';
import { machineList } from '../../../inspector/layout/machine-list.ts';
import { toMermaid } from '../../../inspector/layout/mermaid.ts';
import { readLayout } from '../../../inspector/layout/read-layout.ts';
import { toSvg } from '../../../inspector/layout/svg.ts';
import { turnMachine } from '../../../machines/turn.ts';
import { runCli } from '../../support/run-cli.ts';

const graph = (...words: string[]) => runCli(['graph', ...words]);

test('INSP-7 without a machine it lists those there are', async () => {
  const { code, stdout } = await graph();
  expect(code).toBe(0);
  expect(stdout).toMatch(/^MACHINE +WHAT IT IS\nhost +The process/);
  const ids = (JSON.parse((await graph('--json')).stdout) as { id: string }[]).map(({ id }) => id);
  expect(ids).toEqual(machineList.map(({ machine }) => machine.id));
});

test('INSP-7 with one it prints Mermaid, a picture, or data', async () => {
  const shape = describeMachine(turnMachine);
  expect(await graph('turn')).toEqual({ code: 0, stdout: toMermaid(shape), stderr: '' });
  expect((await graph('turn', '--mermaid')).stdout).toBe(toMermaid(shape));
  expect((await graph('turn', '--svg')).stdout).toBe(toSvg(shape, readLayout('turn')));
  expect(JSON.parse((await graph('turn', '--json')).stdout)).toEqual(shape);
});

test('INSP-7 what is not known is refused with code 2 and what is', async () => {
  expect(await graph('tern')).toMatchObject({
    code: 2,
    stdout: '',
    stderr: expect.stringMatching(/no machine "tern"\. It is one of: host, connection,/),
  });
  expect(await graph('--svg')).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('graph turn --svg'),
  });
  expect(await graph('turn', '--svg', '--json')).toMatchObject({ code: 2 });
});
