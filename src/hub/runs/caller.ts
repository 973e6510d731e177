import {
  HEADER_ACTING_USER,
  HEADER_ENVIRONMENT,
  HEADER_LETTA_DEVICE,
  HEADER_TURN,
} from '../../protocol/rest.ts';
import { holds, lacks } from '../auth/rights.ts';
import type { Fence, Person } from '../ports.ts';
import { notTheHolder, type Problem } from './problem.ts';

/** Who makes a REST call, and for which environment (design.md 5.2). */
export interface Caller {
  person: Person;
  /** Null: a program without a host. */
  environment: string | null;
  /** Null: not fenced. */
  generation: number | null;
  /** The turn that the call belongs to, where the caller says so. */
  turnId: string | null;
  /** Letta's name of the device; which environment that is may depend on the step. */
  deviceId: string | null;
  actingUser: string | null;
}

export type ReadCaller = { ok: true; caller: Caller } | { ok: false; problem: Problem };

export function readCaller(header: (name: string) => string | undefined, person: Person): ReadCaller {
  const named = header(HEADER_ENVIRONMENT);
  const deviceId = header(HEADER_LETTA_DEVICE) ?? null;
  const caller: Caller = {
    person,
    environment: null,
    generation: null,
    turnId: header(HEADER_TURN) ?? null,
    deviceId,
    actingUser: header(HEADER_ACTING_USER) ?? null,
  };
  const isHost = named !== undefined || deviceId !== null;
  if (isHost && !holds(person, 'machine'))
    return refuse(403, 'forbidden', lacks(person, 'machine', 'speaking for an environment'));
  if (named === undefined) return { ok: true, caller };
  const parts = /^(\S+) (\d{1,15})$/.exec(named);
  if (!parts?.[1])
    return refuse(
      400,
      'invalid_header',
      `${HEADER_ENVIRONMENT}: "${named}" is not "<environment id> <generation>"`,
    );
  return {
    ok: true,
    caller: { ...caller, deviceId: null, environment: parts[1], generation: Number(parts[2]) },
  };
}

/** Null when the caller may act for its environment. */
export function fencedOff({ environment, generation }: Caller, fence: Fence): Problem | null {
  if (environment === null || generation === null) return null;
  switch (fence.check(environment, generation)) {
    case 'current':
      return null;
    case 'fenced':
      return notTheHolder(
        `generation ${generation} of ${fence.nameOf(environment)} is over: a newer process has taken its place`,
        { fenced: true },
      );
    default:
      return {
        status: 409,
        error: 'unknown_environment',
        message: `this hub does not know environment "${environment}" (generation ${generation}); register again`,
        retry: false,
      };
  }
}

function refuse(status: 400 | 403, error: string, message: string): ReadCaller {
  return { ok: false, problem: { status, error, message } };
}
