import { beforeEach, expect, test } from 'vitest';
import { ConversationOutput } from '../../../src/cli/chat/conversation-output.ts';
import { createPaint } from '../../../src/cli/render/paint.ts';
import { type Approval, type Entry, emptyView, type View } from '../../../src/client/index.ts';

let shown: string;
let output: ConversationOutput;
const view = (fields: Partial<View>): View => ({ ...emptyView, link: 'live', ...fields });
const user = (id: string, by: string | null, text = id): Entry => ({
  ...{ kind: 'user', key: `user:${id}`, turnId: null, clientMessageId: id, text, by },
});
const tool = (fields: object): Entry => ({
  ...{
    kind: 'tool',
    key: 'tool:c',
    runId: 'r',
    turnId: null,
    toolCallId: 'c',
    name: 'Bash',
    arguments: '{"command":"ls"}',
  },
  ...{ edited: null, state: 'running', output: '', hasResult: false, decision: null },
  ...fields,
});

beforeEach(() => {
  shown = '';
  const write = (text: string) => {
    shown += text;
  };
  const freshLine = () => {
    if (shown !== '' && !shown.endsWith('\n')) shown += '\n';
  };
  const print = (text: string) => {
    freshLine();
    shown += `${text}\n`;
  };
  output = new ConversationOutput({ write, freshLine, print }, createPaint({}, {}));
});

test("CLI-34 other people's messages are shown with their name, one's own only when it had to wait", () => {
  output.typed('mine');
  output.typed('later');
  output.queued('later');
  output.show(
    view({ entries: [user('mine', 'me'), user('theirs', 'anna', 'hi\u001b[2J'), user('later', 'me')] }),
  );
  expect(shown).toBe('anna: hi\\x1b[2J\nyou: later\n');
});

test('CLI-35 a call is shown with its start, its live output, who allowed it, and its end', () => {
  const decision = { behavior: 'allow', by: 'anna', message: 'go on' };
  output.show(view({ entries: [tool({ state: 'proposed', decision })] }));
  output.show(view({ entries: [tool({ decision, output: 'a\nb' })] }));
  output.show(
    view({ entries: [tool({ decision, output: 'a\nbc\n', state: 'succeeded', hasResult: true })] }),
  );
  expect(shown).toBe('  Bash allowed by anna: go on\n> Bash ls\n  | a\n  done\n');
});

test('CLI-35 a call of which nothing was shown while it ran is shown with its result', () => {
  output.show(view({ entries: [tool({ state: 'denied', output: 'no', hasResult: true })] }));
  expect(shown).toBe('> Bash ls\n  denied:\n  no\n');
});

test('CLI-36 what asks is shown once, however often the view changes', () => {
  const approval = { requestId: 'perm-c', toolCallId: 'c', toolName: 'Bash', input: { command: 'ls' } };
  const approvals = [{ ...approval, suggestions: [], diffs: [] } as Approval];
  output.show(view({ approvals }));
  output.show(view({ approvals }));
  expect(shown).toBe('\nBash asks for permission\n  command: ls\n');
});

test('CLI-37 a lost line and a host that goes are told, and that they are back', () => {
  const environment = { id: 'e', name: 'laptop', status: 'online' as const };
  output.show(view({ environment }));
  output.show(view({ environment, link: 'settling' }));
  output.show(view({ environment, link: 'settling' }));
  output.show(view({ environment: { ...environment, status: 'offline' } }));
  expect(shown).toBe('! connection lost; coming back\n! connected again\n! laptop is offline\n');
});

test('CLI-38 at the beginning what happened lately is shown, and how much there was before', () => {
  const entries = Array.from({ length: 15 }, (_, i) => user(`m${i}`, 'anna'));
  output.showRecent(view({ entries }));
  expect(shown.split('\n')[0]).toBe('… 3 earlier');
  expect(shown).toContain('anna: m14');
  expect(shown).not.toContain('m2\n');
});
