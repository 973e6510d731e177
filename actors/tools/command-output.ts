import type { Secrets } from '../secrets/known-secrets.ts';
import { createMask } from '../secrets/mask.ts';
import { type Capture, createCapture } from './capture.ts';
import { createLiveOutput } from './live-output.ts';

export type OutputName = 'stdout' | 'stderr';

/** Collects what a command prints: decoded, masked, bounded; together in order of arrival and each apart. */
export interface CommandOutput {
  push(from: OutputName, bytes: Uint8Array): void;
  /** All output is in. `stdout` and `stderr` are lines. */
  finish(): { text: string; stdout: string[]; stderr: string[] };
}

/** Bytes that are no UTF-8 become U+FFFD; nothing is stripped. */
export function createCommandOutput(
  limit: number,
  secrets: Secrets,
  send: (text: string) => void,
): CommandOutput {
  const together = createCapture(limit);
  const live = createLiveOutput(() => together.tail(), send);
  const pipe = () => ({
    decoder: new TextDecoder('utf-8', { ignoreBOM: true }),
    mask: createMask(secrets),
    apart: createCapture(limit),
  });
  const pipes = { stdout: pipe(), stderr: pipe() };

  const keep = (apart: Capture, text: string): void => {
    if (text === '') return;
    together.push(text);
    apart.push(text);
    live.changed();
  };

  return {
    push(from, bytes) {
      const { decoder, mask, apart } = pipes[from];
      keep(apart, mask.push(decoder.decode(bytes, { stream: true })));
    },
    finish() {
      for (const { decoder, mask, apart } of Object.values(pipes)) {
        keep(apart, mask.push(decoder.decode()) + mask.flush());
      }
      live.finish();
      return {
        text: together.text(),
        stdout: linesOf(pipes.stdout.apart.text()),
        stderr: linesOf(pipes.stderr.apart.text()),
      };
    },
  };
}

function linesOf(text: string): string[] {
  const lines = text.split('\n');
  if (lines.at(-1) === '') lines.pop();
  return lines;
}
