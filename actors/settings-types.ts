const RULES = ['allow', 'deny', 'ask', 'alwaysAsk', 'additionalDirectories'] as const;
const TEXTS = ['deviceId', 'hub', 'model', 'listenerEnvName'] as const;

/**
 * What in settings is of another type than it has to be, with its key and what is expected; null when all is well. A
 * text is told as a text only: it could be a secret in a wrong place.
 */
export function wrongSetting(settings: Record<string, unknown>): string | null {
  for (const key of TEXTS) {
    const value = settings[key];
    if (value !== undefined && typeof value !== 'string') return wrong(key, value, 'a text in quotes');
  }
  const { permissions } = settings;
  if (permissions === undefined) return null;
  if (!isObject(permissions)) return wrong('permissions', permissions, 'an object such as {"allow": []}');
  for (const list of RULES) {
    const rules = permissions[list];
    const isList = Array.isArray(rules) && rules.every((rule) => typeof rule === 'string');
    if (rules !== undefined && !isList) return wrong(`permissions.${list}`, rules, 'a list of strings');
  }
  return null;
}

function wrong(key: string, value: unknown, expected: string): string {
  return `"${key}" is ${described(value)}; it has to be ${expected}`;
}

function described(value: unknown): string {
  if (typeof value === 'string') return 'a text';
  if (Array.isArray(value))
    return value.every((one) => typeof one === 'string') ? 'a list' : 'a list of other things';
  return isObject(value) ? 'an object' : String(value);
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
