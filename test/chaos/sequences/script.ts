import { commandOf, type PlannedCall, type PlannedScript, type Reply } from '../plan/script.ts';

/** A message that is answered in words alone. */
export function wordsOnly(id: string, words = 4): PlannedScript {
  const spoken = Array.from({ length: words }, (_, n) => `word${n}`).join(' ');
  const lines = ['#script', `think about ${id}`, `say ${id} says ${spoken}`, `say ${id} is done`];
  return { id, text: lines.join('\n'), calls: [] };
}

/** A message that is answered with a call that takes its time, and then with words about its result. */
export function withCall(id: string, reply: Reply = 'allow'): PlannedScript {
  const call: PlannedCall = { tag: `${id}-a`, reply };
  const lines = [
    '#script',
    `say ${id} says before`,
    `call Bash ${JSON.stringify({ command: commandOf(call.tag, '0.15') })}`,
    '---',
    'say it was {{1}}',
    `say ${id} is done`,
  ];
  return { id, text: lines.join('\n'), calls: [call] };
}
