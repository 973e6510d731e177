import type { AgentRow } from '../store/rows.ts';

/** The system prompt of an agent: its own text, then its memory. `override` stands in for the text. */
export function systemPrompt(agent: AgentRow, override: string | null): string {
  const text = override ?? agent.system;
  const blocks = agent.blocks.filter(({ value }) => value !== '');
  if (blocks.length === 0) return text;
  const memory = blocks.map(({ label, value, description }) => {
    const about =
      typeof description === 'string' && description !== '' ? ` about="${attribute(description)}"` : '';
    return `<block label="${attribute(label)}"${about}>\n${value}\n</block>`;
  });
  return [...(text === '' ? [] : [text, '']), '<memory>', ...memory, '</memory>'].join('\n');
}

const attribute = (text: string): string => text.replaceAll('&', '&amp;').replaceAll('"', '&quot;');
