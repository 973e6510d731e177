import { DEMO_MODEL } from '../../../actors/models/catalogue.ts';

/** What a person must know who just started a server. */
export interface Facts {
  version: string;
  /** Null when only a hub runs here. */
  host: { environment: string; project: string; mode: string; log: string } | null;
  hub: string;
  /** The hub runs in this process. */
  isHubHere: boolean;
  /** What the hub answers with; null when it runs elsewhere. */
  model: string | null;
}

export function welcome({ version, host, hub, isHubHere, model }: Facts): string {
  const rows: [string, string][] = [];
  if (host) rows.push(['environment', host.environment], ['directory', host.project], ['mode', host.mode]);
  rows.push(['hub', isHubHere ? `${hub} (runs in this process)` : hub]);
  if (model !== null) rows.push(['model', model === DEMO_MODEL ? demoNote(model) : model]);
  if (host) rows.push(['log', host.log]);
  const lines = rows.map(([name, value]) => `  ${name.padEnd(12)} ${value}`);
  return [`Signalbox ${version}`, ...lines].join('\n');
}

/** The commands with which to go on. */
export function nextSteps({ host, hub, isHubHere }: Facts): string {
  const where = `${isHubHere ? '' : ` --hub ${hub}`}${isHubHere || !host ? '' : ` --env ${quote(host.environment)}`}`;
  return [
    'Ready. In another terminal:',
    `  npx signalbox send${where} "what can you do?"`,
    `  npx signalbox chat${where}`,
    'Ctrl-C stops it.',
  ].join('\n');
}

const demoNote = (model: string): string =>
  `${model}, a stand-in that needs no key. For a real one set ANTHROPIC_API_KEY, OPENAI_API_KEY or\n` +
  `${' '.repeat(15)}GOOGLE_GENERATIVE_AI_API_KEY, and SIGNALBOX_MODEL to choose, and start again`;

const quote = (word: string): string =>
  /^[\w.-]+$/.test(word) ? word : `'${word.replaceAll("'", "'\\''")}'`;
