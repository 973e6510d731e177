import type { InspectMode } from './inspect-modes.ts';

export interface Inspecting {
  /** What to tell the person, in a line. */
  notice: string;
  close(): Promise<void>;
}

/**
 * Lets a person watch the session that writes `log`. Nothing is attached to the host or its machines: the page reads the
 * log file behind them.
 */
export async function startInspecting(mode: InspectMode, log: string): Promise<Inspecting> {
  switch (mode) {
    case 'page': {
      const [{ pageFiles }, { servePage }, { logSource }] = await Promise.all([
        import('../../../inspector/serve/page-files.ts'),
        import('../../../inspector/serve/serve-page.ts'),
        import('../../../inspector/serve/log-source.ts'),
      ]);
      const page = await servePage(await pageFiles(), logSource(log));
      return { notice: `inspector    ${page.url}`, close: page.close };
    }
    case 'stately': {
      const { startBridge } = await import('../../../inspector/stately/start-bridge.ts');
      const bridge = await startBridge(log, (reason) =>
        process.stderr.write(`signalbox: nothing more is told to Stately's inspector: ${reason}\n`),
      );
      return { notice: `stately      ${bridge.url}`, close: bridge.close };
    }
  }
}
