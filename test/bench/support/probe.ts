/** Loaded into a process that is measured: on request it collects garbage and tells what memory is left. */
process.on('message', (asked) => {
  if (asked !== 'heap') return;
  const collect = (globalThis as { gc?: () => void }).gc;
  collect?.();
  // What the first round finalised goes in the second.
  setImmediate(() => {
    collect?.();
    const { heapUsed, external, rss } = process.memoryUsage();
    process.send?.({ used: heapUsed + external, rss });
  });
});
// To be asked is no reason to stay alive.
process.channel?.unref();
