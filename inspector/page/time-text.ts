/** A span of time for people: `4.2 s`, `30 s`, `3 min 05 s`, `30 min`, `2 h 10 min`, `3 d 4 h`. */
export function spanText(ms: number): string {
  if (ms < 10_000) return `${(ms / 1000).toFixed(1).replace('.0', '')} s`;
  const seconds = Math.floor(ms / 1000);
  if (seconds < 60) return `${seconds} s`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return both(`${minutes} min`, seconds % 60, 's');
  const hours = Math.floor(minutes / 60);
  if (hours < 24) return both(`${hours} h`, minutes % 60, 'min');
  return both(`${Math.floor(hours / 24)} d`, hours % 24, 'h');
}

/** How long ago something was, by its greatest unit: `just now`, `3 min ago`. */
export function agoText(ms: number): string {
  if (ms < 1_000) return 'just now';
  const [number, unit] = spanText(Math.floor(ms / 1000) * 1000).split(' ');
  return `${number} ${unit} ago`;
}

function both(large: string, rest: number, unit: string): string {
  return rest === 0 ? large : `${large} ${String(rest).padStart(2, '0')} ${unit}`;
}
