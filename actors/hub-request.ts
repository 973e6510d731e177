import { hubWaitMs } from './hub-wait.ts';
import { hubWords, parseJson } from './hub-words.ts';

/** Where a hub is and how to be let in. `url` is its origin, such as `http://127.0.0.1:4180`. */
export interface HubAddress {
  url: string;
  token: string;
  /** Stands in for the global one. */
  fetch?: HubFetch;
}

/** As much of `fetch` as a call to a hub needs. */
export type HubFetch = (
  url: URL,
  init: { method: string; headers: Record<string, string>; body?: string; signal?: AbortSignal },
) => Promise<{
  ok: boolean;
  status: number;
  headers: { get(name: string): string | null };
  text(): Promise<string>;
}>;

/**
 * What a request came to. `status` is 0 when there was no answer at all. `retryAfterMs` is there when the hub asks to be
 * left alone for so long.
 */
export type HubAnswer =
  | { ok: true; value: unknown }
  | {
      ok: false;
      status: number;
      code: string;
      message: string;
      body: unknown;
      retryAfterMs?: number;
    };

export interface HubRequest {
  method: 'GET' | 'POST' | 'PATCH' | 'DELETE' | 'PUT';
  path: string;
  query?: Record<string, string | number | boolean | undefined>;
  body?: unknown;
  headers?: Record<string, string>;
  signal?: AbortSignal;
}

/** One REST call to a hub. Never rejects: an outage and an error are answers too. */
export async function hubRequest(hub: HubAddress, request: HubRequest): Promise<HubAnswer> {
  const url = new URL(request.path, `${hub.url.replace(/\/+$/, '')}/`);
  for (const [name, value] of Object.entries(request.query ?? {}))
    if (value !== undefined) url.searchParams.set(name, String(value));
  const headers: Record<string, string> = { ...request.headers, authorization: `Bearer ${hub.token}` };
  if (request.body !== undefined) headers['content-type'] = 'application/json';
  try {
    const response = await (hub.fetch ?? globalThis.fetch)(url, {
      method: request.method,
      headers,
      ...(request.body === undefined ? {} : { body: JSON.stringify(request.body) }),
      ...(request.signal ? { signal: request.signal } : {}),
    });
    const text = await response.text();
    const body = parseJson(text);
    if (response.ok) return { ok: true, value: body };
    const header = (name: string) => response.headers.get(name) ?? undefined;
    const { code, message } = hubWords(response.status, text, header('location'));
    const retryAfterMs = hubWaitMs({ 'retry-after': header('retry-after') });
    const { status } = response;
    return { ok: false, status, code, message, body, ...(retryAfterMs > 0 ? { retryAfterMs } : {}) };
  } catch (error) {
    const cause = error instanceof Error && error.cause instanceof Error ? error.cause : error;
    const why = cause instanceof Error ? cause.message || cause.name : String(cause);
    return {
      ok: false,
      status: 0,
      code: 'unreachable',
      message: `no answer from ${hub.url}: ${why}`,
      body: null,
    };
  }
}
