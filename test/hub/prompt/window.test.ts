import { describe, expect, test } from 'vitest';
import { systemPrompt } from '../../../src/hub/prompt/system.ts';
import { budgetOf, measured } from '../../../src/hub/prompt/window.ts';
import { agentRow } from '../store/suite.ts';

describe('the budget of a prompt', () => {
  test('RUN-26 is 75 % of the window, four characters a token until usage tells better', () => {
    expect(budgetOf(1_000, null, 0)).toEqual({ full: 3_000, afterCut: 2_400 });
    expect(budgetOf(1_000, 3, 250)).toEqual({ full: 2_000, afterCut: 1_550 });
    expect(budgetOf(100, null, 5_000)).toEqual({ full: 0, afterCut: 0 });
  });

  test('usage tells from a prompt that is large enough, and never nonsense', () => {
    expect(measured(3_500, 1_000)).toBe(3.5);
    expect(measured(100, 20)).toBeNull();
    expect(measured(100_000, 500)).toBe(10);
    expect(measured(10, 5_000)).toBe(1);
  });
});

describe('the system prompt', () => {
  test('RUN-26 is the text of the agent, then its memory', () => {
    const blocks = [
      { id: 'b1', label: 'persona', value: 'I am terse.', description: 'who "I" am' },
      { id: 'b2', label: 'empty', value: '' },
      { id: 'b3', label: 'human', value: 'Ada' },
    ];
    expect(systemPrompt(agentRow('a', { system: 'Be brief.', blocks }), null)).toBe(
      'Be brief.\n\n<memory>\n<block label="persona" about="who &quot;I&quot; am">\nI am terse.\n</block>\n' +
        '<block label="human">\nAda\n</block>\n</memory>',
    );
    expect(systemPrompt(agentRow('a', { system: 'Be brief.' }), 'Be long.')).toBe('Be long.');
    expect(systemPrompt(agentRow('a', { system: '', blocks: [] }), null)).toBe('');
  });
});
