import type { ProviderMetadata, TextStreamPart, ToolSet } from 'ai';
import type { JsonObject, SampleEvent, SampleInput, SampleUsage } from '../../../machines/ports.ts';
import type { ProviderId } from '../providers.ts';
import { estimateUsage } from '../usage.ts';
import { brokenOff, type FailureContext, toFailure } from './failure.ts';
import { FOR_CALL } from './reasoning.ts';

type Part = TextStreamPart<ToolSet>;
type StepEnd = Extract<Part, { type: 'finish-step' }>;

interface OpenCall {
  index: number;
  name: string;
  /** The arguments as the model wrote them so far. */
  raw: string;
}

/** Translates the parts of one step's stream, one by one, without holding any back. */
export function createPartReader(input: SampleInput, context: FailureContext): (part: Part) => SampleEvent[] {
  const { provider } = context;
  const openCalls = new Map<string, OpenCall>();
  const openBlocks = new Map<string, JsonObject>();
  let calls = 0;
  let ended = 0;
  let written = 0;

  const begin = (id: string, name: string): [OpenCall, SampleEvent] => {
    const call = { index: calls++, name, raw: '' };
    openCalls.set(id, call);
    return [call, { type: 'sample.callStarted', index: call.index, providerId: id, name }];
  };
  const remember = (id: string, metadata: ProviderMetadata | undefined): JsonObject => {
    const own = { ...openBlocks.get(id), ...metadata?.[provider] } as JsonObject;
    openBlocks.set(id, own);
    return own;
  };

  return (part) => {
    switch (part.type) {
      case 'text-delta':
        written += part.text.length;
        return part.text === '' ? [] : [{ type: 'sample.text', text: part.text }];
      case 'reasoning-start':
        remember(part.id, part.providerMetadata);
        return [];
      case 'reasoning-delta':
        remember(part.id, part.providerMetadata);
        written += part.text.length;
        return part.text === '' ? [] : [{ type: 'sample.reasoning', text: part.text }];
      case 'reasoning-end': {
        const own = remember(part.id, part.providerMetadata);
        openBlocks.delete(part.id);
        return [{ type: 'sample.reasoning', text: '', metadata: { [provider]: own } }];
      }
      case 'tool-input-start':
        return [begin(part.id, part.toolName)[1]];
      case 'tool-input-delta': {
        const call = openCalls.get(part.id);
        if (!call || part.delta === '') return [];
        call.raw += part.delta;
        written += part.delta.length;
        return [{ type: 'sample.callArguments', index: call.index, text: part.delta }];
      }
      case 'tool-call': {
        const events: SampleEvent[] = [];
        let call = openCalls.get(part.toolCallId);
        if (!call) {
          const [begun, started] = begin(part.toolCallId, part.toolName);
          call = begun;
          events.push(started);
        }
        openCalls.delete(part.toolCallId);
        ended += 1;
        events.push(...signature(provider, part.toolCallId, part.providerMetadata), {
          type: 'sample.callEnded',
          index: call.index,
          providerId: part.toolCallId,
          name: part.toolName,
          arguments: argumentsText(call.raw, part.input),
        });
        return events;
      }
      case 'error':
        return [toFailure(part.error, context)];
      case 'finish-step':
        return [finish(part, ended > 0, context, () => estimateUsage(input, written))];
      default:
        return [];
    }
  };
}

/** The model's own text where it was streamed, also if it is no JSON; `input` is what could be made of it. */
function argumentsText(raw: string, input: unknown): string {
  if (raw.trim() !== '') return raw;
  return typeof input === 'string' ? input : JSON.stringify(input ?? {});
}

/** Google signs calls, and wants the signature back with them. */
function signature(
  provider: ProviderId,
  callId: string,
  metadata: ProviderMetadata | undefined,
): SampleEvent[] {
  const own = metadata?.[provider] as JsonObject | undefined;
  if (own?.thoughtSignature === undefined) return [];
  return [{ type: 'sample.reasoning', text: '', metadata: { [provider]: own, [FOR_CALL]: callId } }];
}

function finish(
  part: StepEnd,
  hasCalls: boolean,
  context: FailureContext,
  estimate: () => SampleUsage,
): SampleEvent {
  const stop = stopOf(part, hasCalls);
  if (stop === 'brokenOff') return brokenOff(context);
  return { type: 'sample.finished', stop, usage: usageOf(part.usage) ?? estimate() };
}

function stopOf(part: StepEnd, hasCalls: boolean): 'end' | 'calls' | 'length' | 'refused' | 'brokenOff' {
  switch (part.finishReason) {
    case 'length':
      return 'length';
    case 'content-filter':
      return 'refused';
    case 'error':
    case 'interrupted':
      return 'brokenOff';
    case 'other':
      // A provider that gave a reason, if an unknown one, did end its answer.
      if (part.rawFinishReason === undefined) return 'brokenOff';
      return hasCalls ? 'calls' : 'end';
    default:
      return hasCalls ? 'calls' : 'end';
  }
}

function usageOf(usage: StepEnd['usage']): SampleUsage | undefined {
  const { inputTokens, outputTokens, totalTokens } = usage;
  if (inputTokens === undefined || outputTokens === undefined) return undefined;
  const cached = usage.inputTokenDetails.cacheReadTokens;
  const reasoning = usage.outputTokenDetails.reasoningTokens;
  return {
    promptTokens: inputTokens,
    completionTokens: outputTokens,
    totalTokens: totalTokens ?? inputTokens + outputTokens,
    ...(cached !== undefined && { cachedInputTokens: cached }),
    ...(reasoning !== undefined && { reasoningTokens: reasoning }),
  };
}
