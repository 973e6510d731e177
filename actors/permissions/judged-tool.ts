import type { ZodType } from 'zod';
import type { CallEffect, JsonObject } from '../../machines/ports.ts';

/** What the judge knows of a tool. */
export interface JudgedTool {
  parameters: ZodType;
  /** The files that a call would touch, looked up from `cwd`, an absolute path. */
  effect(args: JsonObject, cwd: string): Promise<CallEffect>;
  /** A search tool that goes into no `.signalbox` directory below the one that it is told to search. */
  skipsProtected?: boolean;
}
