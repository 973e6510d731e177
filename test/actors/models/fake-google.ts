import { type FakeProvider, sse, startFakeProvider, type Wire } from './fake-provider.ts';

/** A stand-in for Google's `POST /models/…:streamGenerateContent?alt=sse`. */
export function startFakeGoogle(): Promise<FakeProvider> {
  return startFakeProvider(wire);
}

const STOPS = { end: 'STOP', length: 'MAX_TOKENS', refused: 'SAFETY' };

const wire: Wire = {
  frames({ reasoning = [], text = [], calls = [], stop = 'end' }) {
    const functionCalls = calls.map(({ id, name, pieces, signature }) => ({
      functionCall: { id, name, args: JSON.parse(pieces.join('')) },
      ...(signature && { thoughtSignature: signature }),
    }));
    return {
      head: reasoning.map((part) => frame([{ text: part, thought: true }])),
      text: text.map((part) => frame([{ text: part }])),
      tail: [
        ...(functionCalls.length > 0 ? [frame(functionCalls)] : []),
        sse({
          candidates: [
            { content: { role: 'model', parts: [{ text: '' }] }, finishReason: STOPS[stop], index: 0 },
          ],
          usageMetadata: {
            promptTokenCount: 20,
            cachedContentTokenCount: 8,
            candidatesTokenCount: 4,
            thoughtsTokenCount: 3,
            totalTokenCount: 27,
          },
        }),
      ],
    };
  },
  refusal: ({ status, message }) => ({ error: { code: status, message, status: 'UNAVAILABLE' } }),
  streamError: (error) => sse({ error }),
};

function frame(parts: object[]): string {
  return sse({ candidates: [{ content: { role: 'model', parts }, index: 0 }] });
}
