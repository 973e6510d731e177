import { resolve } from 'node:path';
import type { Json } from '../../machines/ports.ts';
import type { Case, Decision } from './decision.ts';
import { foldName } from './fold-name.ts';
import { isProtected, PROTECTED_NAME } from './protected-places.ts';
import { reachedPlace } from './search-reach.ts';
import { mentionsProtected } from './shell-mention.ts';
import { reachedFromAbove } from './shell-reach.ts';
import { shownSecret } from './shell-secrets.ts';

/** $SIGNALBOX_HOME and `.signalbox/` ask, in every mode and for every tool, whatever was saved or allowed. */
export async function protectedStep(judged: Case): Promise<Decision | undefined> {
  const { call, places } = judged;
  const place = [...call.spelled, ...call.real].find((path) => isProtected(path, places));
  if (place !== undefined) return ask(`${place} is a protected place of Signalbox`);
  if (call.class === 'searching') return searchAsks(judged);
  return call.effect.kind === 'anything' ? commandAsks(judged) : undefined;
}

async function searchAsks({ call, places }: Case): Promise<Decision | undefined> {
  const filter = String((call.name === 'Glob' ? call.args.pattern : call.args.glob) ?? '');
  if (foldName(filter).includes(PROTECTED_NAME)) return ask(`The search names ${PROTECTED_NAME}`);
  const reached = await reachedPlace(call, places);
  if (reached === undefined) return undefined;
  return ask(`The search reaches ${reached}, a protected place of Signalbox`);
}

function commandAsks({ call, places, userHome }: Case): Decision | undefined {
  const from = [resolve(call.cwd), call.realCwd].find((path) => isProtected(path, places));
  if (from !== undefined) return ask(`It runs in ${from}, a protected place of Signalbox`);
  const text = textsOf(call.args).join('\n');
  const where = { cwd: call.cwd, userHome, places };
  if (mentionsProtected(text, where)) {
    return ask(`${call.name} may touch a protected place of Signalbox (${PROTECTED_NAME} or its home)`);
  }
  const secret = shownSecret(text, where);
  if (secret !== undefined) return ask(`${call.name} may show tokens or keys (${secret})`);
  const reached = reachedFromAbove(text, where);
  if (reached !== undefined)
    return ask(`${call.name} may come to ${reached}, a protected place of Signalbox`);
  return undefined;
}

function ask(reason: string): Decision {
  return { kind: 'ask', reason: `${reason}: every use of it asks.`, lasting: true, secret: true };
}

function textsOf(value: Json): string[] {
  if (typeof value === 'string') return [value];
  return value !== null && typeof value === 'object' ? Object.values(value).flatMap(textsOf) : [];
}
