import type { PromptPart } from '../../../machines/ports.ts';
import type { Content, ContentPart } from '../../protocol/content.ts';

/** A user message's content as models take it: text and images; what else there is, is named in brackets. */
export function promptContent(content: Content): string | PromptPart[] {
  if (typeof content === 'string') return content;
  const parts = content.map(promptPart);
  if (parts.some(({ type }) => type === 'image')) return parts;
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('\n');
}

function promptPart(part: ContentPart): PromptPart {
  if (part.type === 'image') {
    const source = (part.source ?? {}) as Record<string, unknown>;
    if (source.type === 'base64' && typeof source.data === 'string' && typeof source.media_type === 'string')
      return { type: 'image', data: source.data, mediaType: source.media_type };
    if (typeof source.url === 'string') return { type: 'text', text: `[image: ${source.url}]` };
  }
  return { type: 'text', text: part.text ?? `[${part.type}]` };
}
