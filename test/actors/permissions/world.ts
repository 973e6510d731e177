import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { z } from 'zod';
import { createJudge } from '../../../actors/permissions/judge.ts';
import type { JudgedTool } from '../../../actors/permissions/judged-tool.ts';
import type { PermissionSettings } from '../../../actors/permissions/settings-rules.ts';
import { knownSecrets } from '../../../actors/secrets/known-secrets.ts';
import type { JsonObject, JudgeInput, Mode, SavedRule, Verdict } from '../../../machines/ports.ts';

export const MODES: readonly Mode[] = ['standard', 'acceptEdits', 'unrestricted', 'strict'];

/** A project, a user's home with a Signalbox home in it, and a directory outside, all real. */
export interface World {
  root: string;
  cwd: string;
  home: string;
  userHome: string;
  outside: string;
  file(path: string, content: string | Buffer): string;
  link(path: string, target: string): string;
  judge(call: Asked): Promise<Verdict>;
  remove(): void;
}

export interface Asked {
  tool: string;
  args: JsonObject | string;
  mode?: Mode;
  rules?: SavedRule[];
  cwd?: string;
  settings?: Partial<PermissionSettings>;
}

const file = (args: JsonObject, cwd: string) => [resolve(cwd, String(args.file_path ?? args.path ?? '.'))];
const reading = async (args: JsonObject, cwd: string) => ({ kind: 'reads', files: file(args, cwd) }) as const;
const writing = async (args: JsonObject, cwd: string) =>
  ({ kind: 'writes', files: file(args, cwd) }) as const;
const anything = async () => ({ kind: 'anything' }) as const;

const text = z.string();
/** Tools that say what they touch without resolving links: the judge does not rely on them for that. */
export const fakeTools: ReadonlyMap<string, JudgedTool> = new Map<string, JudgedTool>([
  ['Bash', { parameters: z.strictObject({ command: text, timeout: z.int().optional() }), effect: anything }],
  ['Read', { parameters: z.strictObject({ file_path: text, limit: z.int().optional() }), effect: reading }],
  ['Write', { parameters: z.strictObject({ file_path: text, content: text }), effect: writing }],
  [
    'Edit',
    {
      parameters: z.strictObject({
        file_path: text,
        old_string: text,
        new_string: text,
        replace_all: z.boolean().optional(),
      }),
      effect: writing,
    },
  ],
  ['Glob', { parameters: z.strictObject({ pattern: text, path: text.optional() }), effect: reading }],
  [
    'Grep',
    {
      parameters: z.strictObject({ pattern: text, path: text.optional(), glob: text.optional() }),
      effect: reading,
    },
  ],
  ['Fetch', { parameters: z.strictObject({ url: text }), effect: anything }],
]);

export function createWorld(options: { home?: string; tools?: ReadonlyMap<string, JudgedTool> } = {}): World {
  const root = realpathSync(mkdtempSync(join(tmpdir(), 'signalbox-judge-')));
  const cwd = join(root, 'work', 'project');
  const userHome = join(root, 'user');
  const home = join(userHome, options.home ?? '.signalbox');
  const outside = join(root, 'outside');
  for (const dir of [cwd, home, outside]) mkdirSync(dir, { recursive: true });

  const none = { allow: [], deny: [], ask: [], alwaysAsk: [], additionalDirectories: [] };
  const secrets = knownSecrets({ API_TOKEN: 'hush-hush-hush' });
  const tools = options.tools ?? fakeTools;
  const at = (path: string) => {
    const whole = resolve(cwd, path);
    mkdirSync(dirname(whole), { recursive: true });
    return whole;
  };
  return {
    root,
    cwd,
    home,
    userHome,
    outside,
    file(path, content) {
      const whole = at(path);
      writeFileSync(whole, content);
      return whole;
    },
    link(path, target) {
      const whole = at(path);
      symlinkSync(target, whole);
      return whole;
    },
    judge({ tool, args, mode = 'standard', rules = [], cwd: dir = cwd, settings = {} }) {
      const judge = createJudge({
        settings: async () => ({ ...none, ...settings }),
        home,
        tools,
        secrets,
        userHome,
      });
      const written = typeof args === 'string' ? args : JSON.stringify(args);
      const input: JudgeInput = {
        call: { id: 'call-run-1-1', name: tool, arguments: written },
        cwd: dir,
        mode,
        rules,
      };
      return judge(input);
    },
    remove: () => rmSync(root, { recursive: true, force: true }),
  };
}

/** Arguments for a file tool that go to `path`. */
export function goTo(tool: string, path: string): JsonObject {
  switch (tool) {
    case 'Write':
      return { file_path: path, content: 'new' };
    case 'Edit':
      return { file_path: path, old_string: 'old', new_string: 'new' };
    case 'Read':
      return { file_path: path };
    default:
      return { pattern: 'x', path };
  }
}
