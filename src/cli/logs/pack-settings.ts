import {
  homeSettingsPath,
  localSettingsPath,
  parseSettings,
  projectSettingsPath,
} from '../../../actors/settings.ts';

/** The settings of one file that a bundle tells. What is not listed here is told by its name alone. */
interface PackedSettings {
  state: 'read' | 'absent' | 'broken';
  [key: string]: unknown;
}

/** What each setting is told as; undefined: by its name alone. */
const TOLD: Record<string, (value: unknown) => unknown> = {
  // Its origin: a person may have written a name and a password into it.
  hub: (value) => (typeof value === 'string' ? URL.parse(value)?.origin : undefined),
  model: (value) => (typeof value === 'string' && /^[\w.:/-]{1,100}$/.test(value) ? value : undefined),
  listenerEnvName: (value) => (typeof value === 'string' ? value : undefined),
  permissions: (value) => (typeof value === 'object' && value !== null ? packPermissions(value) : undefined),
};

/** Settings of this home and of a project, without any value that could be a secret. */
export function packSettings(home: string, project: string): Record<string, PackedSettings> {
  return {
    home: packFile(homeSettingsPath(home)),
    project: packFile(projectSettingsPath(project)),
    local: packFile(localSettingsPath(project)),
  };
}

function packFile(path: string): PackedSettings {
  const read = parseSettings(path);
  // What is wrong with it would be told with a piece of its text.
  if (!read.ok) return { state: 'broken' };
  const entries = Object.entries(read.settings);
  if (entries.length === 0) return { state: 'absent' };
  const told = entries.map(([name, value]) => [name, TOLD[name]?.(value)] as const);
  const untold = told.filter(([, value]) => value === undefined).map(([name]) => name);
  return {
    state: 'read',
    ...Object.fromEntries(told.filter(([, value]) => value !== undefined)),
    ...(untold.length > 0 ? { untold } : {}),
  };
}

/** How many rules of which tools there are. What a rule names may be a command with a key in it. */
function packPermissions(permissions: object): object {
  return Object.fromEntries(
    Object.entries(permissions).map(([name, value]) => {
      if (typeof value === 'number') return [name, value];
      if (!Array.isArray(value)) return [name, 'untold'];
      if (name === 'additionalDirectories') return [name, `${value.length} untold`];
      return [name, value.map(packRule)];
    }),
  );
}

function packRule(rule: unknown): string {
  const [, tool, rest] = /^(\w{1,40})(\(.*\))?$/s.exec(String(rule)) ?? [];
  if (tool === undefined) return 'untold';
  return rest === undefined ? tool : `${tool}(…)`;
}
