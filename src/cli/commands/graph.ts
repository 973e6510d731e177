import { describeMachine } from '../../../inspector/layout/describe-machine.ts';
import { machineList } from '../../../inspector/layout/machine-list.ts';
import { toMermaid } from '../../../inspector/layout/mermaid.ts';
import { readLayout } from '../../../inspector/layout/read-layout.ts';
import { toSvg } from '../../../inspector/layout/svg.ts';
import { usageError } from '../cli-error.ts';
import { defineCommand } from '../command.ts';
import { exitCodes } from '../exit-codes.ts';
import { printListing } from '../table.ts';

export const command = defineCommand({
  syntax: 'graph [MACHINE]',
  summary: 'Draw a machine, or list the machines there are.',
  maxWords: 1,
  options: {
    mermaid: { type: 'boolean', describe: 'a stateDiagram-v2 of Mermaid; this when nothing is said' },
    svg: { type: 'boolean', describe: 'a picture: signalbox graph turn --svg > turn.svg' },
    json: { type: 'boolean', describe: 'its states and transitions as data' },
  },
  async run(given, [id]) {
    const forms = (['mermaid', 'svg', 'json'] as const).filter((form) => given[form]);
    if (forms.length > 1)
      throw usageError(`--${forms[0]} and --${forms[1]} are two answers; ask for one of them`);
    if (id === undefined) return list(given.json, forms[0]);
    const machine = machineList.find((listed) => listed.machine.id === id)?.machine;
    if (!machine)
      throw usageError(
        `no machine "${id}". It is one of: ${machineList.map((listed) => listed.machine.id).join(', ')}`,
      );
    const shape = describeMachine(machine);
    if (given.json) process.stdout.write(`${JSON.stringify(shape, null, 2)}\n`);
    else if (given.svg) process.stdout.write(toSvg(shape, readLayout(id)));
    else process.stdout.write(toMermaid(shape));
    return exitCodes.ok;
  },
});

function list(json: boolean | undefined, form: string | undefined): number {
  if (form !== undefined && form !== 'json')
    throw usageError(`--${form} needs a machine. For example: signalbox graph turn --${form}`);
  const machines = machineList.map(({ machine: { id }, summary }) => ({ id, summary }));
  printListing(
    json,
    machines,
    ['machine', 'what it is'],
    machines.map(({ id, summary }) => [id, summary]),
  );
  return exitCodes.ok;
}
