import type { Environment, ProviderId } from '../../../../actors/models/providers.ts';
import { startFakeAnthropic } from '../fake-anthropic.ts';
import { startFakeGoogle } from '../fake-google.ts';
import { startFakeOpenAI } from '../fake-openai.ts';
import { startFakeOpenAICompatible } from '../fake-openai-compatible.ts';
import type { FakeProvider } from '../fake-provider.ts';

export const KEY = 'sk-secret-0123456789';

/** What a request body tells of earlier calls, whatever the provider's shape. */
export interface Told {
  calls: { id: string; name: string; args: unknown }[];
  results: { id: string; text: string }[];
}

export interface ProviderCase {
  provider: ProviderId;
  handle: string;
  start: () => Promise<FakeProvider>;
  env: (url: string) => Environment;
  path: string;
  // biome-ignore lint/suspicious/noExplicitAny: the body is the provider's own.
  told: (body: any) => Told;
}

// biome-ignore lint/suspicious/noExplicitAny: see above.
type Any = any;

export const CASES: ProviderCase[] = [
  {
    provider: 'anthropic',
    handle: 'anthropic/claude-haiku-4-5',
    start: startFakeAnthropic,
    env: (url) => ({ ANTHROPIC_API_KEY: KEY, ANTHROPIC_BASE_URL: url }),
    path: '/v1/messages',
    told: (body) => {
      const blocks: Any[] = body.messages.flatMap((message: Any) => message.content);
      return {
        calls: blocks
          .filter((block) => block.type === 'tool_use')
          .map(({ id, name, input }) => ({ id, name, args: input })),
        results: blocks
          .filter((block) => block.type === 'tool_result')
          .map((block) => ({ id: block.tool_use_id, text: block.content })),
      };
    },
  },
  {
    provider: 'openai',
    handle: 'openai/gpt-5',
    start: startFakeOpenAI,
    env: (url) => ({ OPENAI_API_KEY: KEY, OPENAI_BASE_URL: url }),
    path: '/responses',
    told: (body) => ({
      calls: body.input
        .filter((item: Any) => item.type === 'function_call')
        .map((item: Any) => ({ id: item.call_id, name: item.name, args: JSON.parse(item.arguments) })),
      results: body.input
        .filter((item: Any) => item.type === 'function_call_output')
        .map((item: Any) => ({ id: item.call_id, text: item.output })),
    }),
  },
  {
    provider: 'google',
    handle: 'google/gemini-3.8-flash',
    start: startFakeGoogle,
    env: (url) => ({ GEMINI_API_KEY: KEY, GOOGLE_BASE_URL: url }),
    path: '/models/gemini-3.8-flash:streamGenerateContent?alt=sse',
    told: (body) => {
      const parts: Any[] = body.contents.flatMap((content: Any) => content.parts);
      return {
        calls: parts
          .filter((part) => part.functionCall)
          .map(({ functionCall: { id, name, args } }) => ({ id, name, args })),
        results: parts
          .filter((part) => part.functionResponse)
          .map(({ functionResponse: { id, response } }) => ({ id, text: response.content })),
      };
    },
  },
  {
    provider: 'openai-compatible',
    handle: 'openai-compatible/qwen/qwen3',
    start: startFakeOpenAICompatible,
    env: (url) => ({ OPENAI_COMPATIBLE_API_KEY: KEY, OPENAI_COMPATIBLE_BASE_URL: url }),
    path: '/chat/completions',
    told: (body) => ({
      calls: body.messages
        .flatMap((message: Any) => message.tool_calls ?? [])
        .map((call: Any) => ({
          id: call.id,
          name: call.function.name,
          args: JSON.parse(call.function.arguments),
        })),
      results: body.messages
        .filter((message: Any) => message.role === 'tool')
        .map((message: Any) => ({ id: message.tool_call_id, text: message.content })),
    }),
  },
];
