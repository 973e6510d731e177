import { dirname, resolve } from 'node:path';
import type { CallEffect, JsonObject, JudgeInput } from '../../machines/ports.ts';
import { touchedPath } from '../tools/real-path.ts';
import { climbs, literalBase } from './glob-base.ts';
import type { JudgedTool } from './judged-tool.ts';
import { namedPath, type ToolClass, toolClass } from './tool-class.ts';

/** A call whose arguments fit, with the places it touches. */
export interface JudgedCall {
  name: string;
  class: ToolClass;
  args: JsonObject;
  effect: CallEffect;
  cwd: string;
  realCwd: string;
  /** Absolute paths: what the tool says it opens, then what the model wrote. */
  spelled: string[];
  /** The same as real paths, in that order. A call is inside a directory when all of these are. */
  real: string[];
  /** See JudgedTool. */
  skipsProtected: boolean;
}

/** Looks up where a call goes. `args` are the ones that the schema accepted. */
export async function judgedCall(input: JudgeInput, tool: JudgedTool, args: JsonObject): Promise<JudgedCall> {
  const { cwd } = input;
  const { name } = input.call;
  const effect = await tool.effect(args, cwd);
  const named = namedPath(name, args);
  const spelled = effect.kind === 'anything' ? [] : effect.files.map((file) => resolve(cwd, file));
  if (named !== undefined) spelled.push(resolve(cwd, named), ...patternBase(name, args, cwd, named));
  return {
    name,
    class: toolClass(name),
    args,
    effect,
    cwd,
    realCwd: await touchedPath('.', cwd),
    spelled: [...new Set(spelled)],
    real: [...new Set(await Promise.all(spelled.map((path) => touchedPath(path, cwd))))],
    skipsProtected: tool.skipsProtected === true,
  };
}

/** A Glob pattern can leave the directory it starts in: `../x/*`, `/etc/*`, `{.,..}/*`. */
function patternBase(name: string, args: JsonObject, cwd: string, root: string): string[] {
  if (name !== 'Glob' || typeof args.pattern !== 'string') return [];
  const { base, glob } = literalBase(args.pattern);
  if (climbs(glob)) return [resolve('/')];
  return [resolve(cwd, root, glob === null ? dirname(base) : base)];
}
