/**
 * Cuts a stream of server-sent events into their data, as they complete. Comments and other fields are passed over;
 * lines end with `\n` or `\r\n`. Each character is looked at once, however long an event is.
 */
export function createSseReader(onData: (data: string) => void): (text: string) => void {
  /** The line that has not ended, in the pieces in which it came. */
  let pieces: string[] = [];
  let data: string[] = [];

  const line = (text: string): void => {
    if (text.startsWith('data:')) data.push(text.slice(text.startsWith('data: ') ? 6 : 5));
    if (text !== '' || data.length === 0) return;
    const whole = data.join('\n');
    data = [];
    onData(whole);
  };

  return (text) => {
    let start = 0;
    for (let end = text.indexOf('\n'); end !== -1; end = text.indexOf('\n', start)) {
      pieces.push(text.slice(start, end));
      const whole = pieces.join('');
      pieces = [];
      start = end + 1;
      line(whole.endsWith('\r') ? whole.slice(0, -1) : whole);
    }
    if (start < text.length) pieces.push(text.slice(start));
  };
}
