/** What was said in an answer that is not what was asked for. */
export interface HubWords {
  /** The hub's own name for it, such as `not_found`; `http_<status>` when it gave none. */
  code: string;
  /** For people: one line, never markup, never JSON. */
  said: string;
  /** The same for whoever was not told the status; it is left out where the words are the hub's. */
  message: string;
}

const LONGEST = 300;

/**
 * Reads a refusal. Our hub says `{error, message}`, Letta's API `{detail}`, `{error: {detail}}` or `{error, errorCode}`
 * (protocol.md 1.3), and a proxy in between says whatever it likes. `location` is that of a redirect.
 */
export function hubWords(status: number, text: string, location = ''): HubWords {
  const body = parseJson(text);
  const code = isObject(body) && typeof body.error === 'string' ? body.error : `http_${status}`;
  const theirs = oneLine(inBody(body));
  if (theirs) return { code, said: theirs, message: theirs };
  const said = oneLine(redirected(location) || coded(body) || inText(text, body)) || 'no explanation';
  return { code, said, message: `HTTP ${status}: ${said}` };
}

/** The explanation in a body that has one. */
function inBody(body: unknown): string {
  if (!isObject(body)) return '';
  if (typeof body.message === 'string' && body.message) return body.message;
  if (typeof body.detail === 'string') return body.detail;
  if (Array.isArray(body.detail)) return body.detail.map(problem).filter(Boolean).join('; ');
  return inBody(body.error) || inBody(body.detail);
}

/** One of FastAPI's list: where it was found and what is wrong there. */
function problem(item: unknown): string {
  if (typeof item === 'string') return item;
  if (!isObject(item) || typeof item.msg !== 'string') return '';
  return Array.isArray(item.loc) ? `${item.loc.join('.')}: ${item.msg}` : item.msg;
}

function coded(body: unknown): string {
  if (!isObject(body) || typeof body.error !== 'string') return '';
  return typeof body.errorCode === 'string' ? `${body.error} (${body.errorCode})` : body.error;
}

function inText(text: string, body: unknown): string {
  if (typeof body === 'string') return body;
  if (body !== null) return '';
  if (!text.trimStart().startsWith('<')) return text;
  const title = oneLine(/<title[^>]*>([^<]*)/i.exec(text)?.[1] ?? '');
  return `a web page${title ? ` ("${title}")` : ''}, not a hub's answer`;
}

/** Where a redirect points, without what may be secret in it. */
function redirected(location: string): string {
  if (!URL.canParse(location)) return '';
  const { origin, pathname } = new URL(location);
  return `moved to ${origin}${pathname}`;
}

const oneLine = (text: string): string => text.replace(/\s+/g, ' ').trim().slice(0, LONGEST);

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);

/** Null for what is no JSON. */
export function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return null;
  }
}
