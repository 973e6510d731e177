import type { SampleEvent } from '../../../machines/ports.ts';
import { PROVIDERS, type ProviderId } from '../providers.ts';
import { retryableStatus } from '../retryable.ts';
import { retryAfterMs } from './retry-after.ts';

export type SampleFailed = Extract<SampleEvent, { type: 'sample.failed' }>;

export interface FailureContext {
  provider: ProviderId;
  handle: string;
  /** Keys that must not be shown, whatever the provider or the network layer quotes. */
  secrets: readonly string[];
}

/** What the AI SDK's errors have in common, as far as they have it. */
interface Told {
  message?: unknown;
  statusCode?: unknown;
  isRetryable?: unknown;
  responseHeaders?: Record<string, string>;
}

/** Turns whatever the AI SDK threw or streamed as an error into the step's end. */
export function toFailure(error: unknown, context: FailureContext): SampleFailed {
  const told: Told = typeof error === 'object' && error !== null ? error : {};
  // A stream that breaks still carries the status with which it began.
  const status = typeof told.statusCode === 'number' && told.statusCode >= 400 ? told.statusCode : undefined;
  const wait = retryAfterMs(told.responseHeaders ?? {});
  return {
    type: 'sample.failed',
    message: describe(wordsOf(error, told), status, context),
    ...(status !== undefined && { status }),
    ...(wait !== undefined && { retryAfterMs: wait }),
    retryable: isRetryable(error, told, status),
  };
}

/** The provider ended its answer in the middle, without an error. */
export function brokenOff(context: FailureContext): SampleFailed {
  return {
    type: 'sample.failed',
    message: `${context.handle}: the answer broke off.`,
    retryable: true,
  };
}

function isRetryable(error: unknown, told: Told, status: number | undefined): boolean {
  // A provider's "no" counts also where the status would say yes: a quota that is used up is a 429, too.
  if (status !== undefined) return retryableStatus(status) && told.isRetryable !== false;
  return brokeOff(told) || told.isRetryable === true || isGarbled(error);
}

/** The provider had accepted the request; what failed is the way back. */
function brokeOff({ statusCode }: Told): boolean {
  return typeof statusCode === 'number' && statusCode < 400;
}

const GARBLED = [
  'AI_JSONParseError',
  'AI_TypeValidationError',
  'AI_NoOutputGeneratedError',
  'AI_InvalidResponseDataError',
  'AI_EmptyResponseBodyError',
];

/** The answer could not be read: cut in the middle, or an intermediary's error page. */
function isGarbled(error: unknown): boolean {
  return error instanceof Error && GARBLED.includes(error.name);
}

function wordsOf(error: unknown, told: Told): string {
  if (brokeOff(told) && error instanceof Error) return `the connection broke: ${innermost(error)}`;
  const words = typeof error === 'string' ? error : told.message;
  return typeof words === 'string' && words !== '' ? words : 'the request failed';
}

function innermost(error: Error): string {
  return error.cause instanceof Error ? innermost(error.cause) : error.message;
}

function describe(words: string, status: number | undefined, context: FailureContext): string {
  const { handle, provider, secrets } = context;
  // The provider's own words on a bad key quote parts of it.
  if (status === 401) {
    return `${handle}: the key in ${PROVIDERS[provider].keys[0]} was not accepted (HTTP 401). Set a valid one where the hub runs.`;
  }
  const where = status === undefined ? '' : ` (HTTP ${status})`;
  return `${handle}: ${shorten(masked(words, secrets))}${where}`;
}

function shorten(text: string): string {
  return text.length > 500 ? `${text.slice(0, 500)}…` : text;
}

function masked(text: string, secrets: readonly string[]): string {
  const withoutKeys = secrets.reduce((rest, secret) => rest.replaceAll(secret, '[key]'), text);
  return withoutKeys.replace(/\/\/[^/@\s]+@/g, '//[credentials]@');
}
