import { homeSettingsPath, localSettingsPath, projectSettingsPath, readSettings } from './settings.ts';

/** The rules of all settings files together. */
export interface PermissionSettings {
  allow: string[];
  deny: string[];
  ask: string[];
  alwaysAsk: string[];
  additionalDirectories: string[];
  /** What is wrong with a file, with its path. Its rules are not in force: a caller must not go on silently. */
  problems: string[];
}

const LISTS = ['allow', 'deny', 'ask', 'alwaysAsk', 'additionalDirectories'] as const;

/** The `permissions` of home, project and local settings, from low to high, each rule once. */
export function permissionSettings(home: string, project: string): PermissionSettings {
  const merged: PermissionSettings = {
    allow: [],
    deny: [],
    ask: [],
    alwaysAsk: [],
    additionalDirectories: [],
    problems: [],
  };
  for (const path of [homeSettingsPath(home), projectSettingsPath(project), localSettingsPath(project)]) {
    const read = readSettings(path);
    if (!read.ok) {
      merged.problems.push(read.message);
      continue;
    }
    const permissions = (read.settings.permissions ?? {}) as Partial<PermissionSettings>;
    for (const list of LISTS) merged[list] = [...new Set([...merged[list], ...(permissions[list] ?? [])])];
  }
  return merged;
}
