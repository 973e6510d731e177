/** A model's handle is `provider/model`; the model may hold further slashes (`openai-compatible/qwen/qwen3`). */
export interface Handle {
  provider: string;
  model: string;
}

export function parseHandle(text: string): Handle | null {
  const slash = text.indexOf('/');
  if (slash < 1 || slash === text.length - 1) return null;
  return { provider: text.slice(0, slash), model: text.slice(slash + 1) };
}
