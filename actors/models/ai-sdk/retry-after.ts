/** Milliseconds that a provider asks to wait, from its response headers (names in lower case). */
export function retryAfterMs(
  headers: Readonly<Record<string, string | undefined>>,
  now: number = Date.now(),
): number | undefined {
  const precise = amount(headers['retry-after-ms']);
  if (precise !== undefined) return precise;
  const text = headers['retry-after'];
  const seconds = amount(text);
  if (seconds !== undefined) return seconds * 1000;
  const date = Date.parse(text ?? '');
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}

function amount(text: string | undefined): number | undefined {
  return text !== undefined && /^\s*\d+(\.\d+)?\s*$/.test(text) ? Number(text) : undefined;
}
