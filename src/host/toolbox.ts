import { permissionSettings } from '../../actors/permission-settings.ts';
import type { Secrets } from '../../actors/secrets/known-secrets.ts';
import { TOOL_NAMES } from '../../actors/tools/names.ts';
import type { Tool } from '../../actors/tools/tool.ts';
import type { ToolSpec } from '../../machines/ports.ts';
import type { Judge } from './classify.ts';

/**
 * The tools of this host and the judge of their calls. Their code is a quarter of all that a host is made of, and a
 * host that only starts needs none of it: it is loaded when somebody asks, or by `load` when there is time.
 */
export interface Toolbox {
  names: readonly string[];
  load(): Promise<void>;
  tools(): Promise<ReadonlyMap<string, Tool>>;
  specs(): Promise<ToolSpec[]>;
  judge: Judge;
}

interface Loaded {
  tools: ReadonlyMap<string, Tool>;
  specs: ToolSpec[];
  judge: Judge;
}

export function createToolbox(home: string, secrets: Secrets): Toolbox {
  let loading: Promise<Loaded> | undefined;
  const loaded = (): Promise<Loaded> => {
    loading ??= loadTools(home, secrets);
    return loading;
  };
  return {
    names: TOOL_NAMES,
    async load() {
      await loaded();
    },
    tools: async () => (await loaded()).tools,
    specs: async () => (await loaded()).specs,
    judge: async (input) => (await loaded()).judge(input),
  };
}

async function loadTools(home: string, secrets: Secrets): Promise<Loaded> {
  const [{ tools, toolSpecs }, { createJudge }] = await Promise.all([
    import('../../actors/tools/catalogue.ts'),
    import('../../actors/permissions/judge.ts'),
  ]);
  const settings = async (cwd: string) => permissionSettings(home, cwd);
  return { tools, specs: toolSpecs(), judge: createJudge({ settings, home, tools, secrets }) };
}
