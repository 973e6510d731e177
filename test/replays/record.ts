/**
 * Records every scenario of this folder anew: plays it on the real machines with the real recorder and session log, in
 * virtual time, and writes what was logged beside it. Run it after a change of the machines that is meant to change
 * what they say; the difference of the logs is then part of the change.
 *
 *   node test/replays/record.ts [NAME…]
 */
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { scenarioWire } from '../../src/cli/replay/scenario-wire.ts';
import { openSessionLog, type SessionLog } from '../../src/log/session-log.ts';
import { parseScenario } from '../../src/replay/scenario/parse-scenario.ts';
import { playScenario } from '../../src/replay/scenario/play-scenario.ts';

export const FOLDER = import.meta.dirname;

/** The text of the log, of one session after the other; throws when the scenario fails. */
export function record(scenario: string, segmentBytes?: number): string {
  const parsed = parseScenario(scenario);
  if (!parsed.ok) throw new Error(`line ${parsed.line}: ${parsed.reason}`);
  const dir = mkdtempSync(join(tmpdir(), 'signalbox-record-'));
  const logs: SessionLog[] = [];
  try {
    const result = playScenario(parsed.directives, {
      wire: scenarioWire,
      openLog(now) {
        const meta = { program: 'scenario', versions: {} };
        const log = openSessionLog({ dir, now, meta, ...(segmentBytes ? { segmentBytes } : {}) });
        logs.push(log);
        return log;
      },
    });
    if (result.failed) throw new Error(`line ${result.failed.line}: ${result.failed.reason}`);
    return logs.map(({ path }) => anonymous(readFileSync(path, 'utf8'))).join('');
  } finally {
    for (const log of logs) log.close();
    rmSync(dir, { recursive: true, force: true });
  }
}

/** The same text on every machine: without the process that wrote it, and with ids that are counted, not drawn. */
function anonymous(text: string): string {
  const ids = new Map<string, string>();
  return text
    .replace(/"pid":\d+,"started":(?:null|"\d+")/g, '"pid":1,"started":null')
    .replace(/"id":"lifecycle-[\w-]+"/g, (id) => {
      if (!ids.has(id)) ids.set(id, `"id":"lifecycle-${ids.size + 1}"`);
      return ids.get(id) ?? id;
    });
}

if (import.meta.main) {
  // The times of the lines are local ones.
  process.env.TZ = 'UTC';
  const wanted = process.argv.slice(2);
  for (const file of readdirSync(FOLDER).filter((name) => name.endsWith('.scenario'))) {
    const name = file.replace(/\.scenario$/, '');
    if (wanted.length > 0 && !wanted.includes(name)) continue;
    const text = record(readFileSync(join(FOLDER, file), 'utf8'));
    writeFileSync(join(FOLDER, `${name}.log`), text);
    console.log(`${name}.log: ${text.split('\n').length - 1} lines`);
  }
}
