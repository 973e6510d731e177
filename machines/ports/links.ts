import type { Scope } from './base.ts';

/** A frame of the wire as a machine sees it: parsed JSON with a type. */
export interface Frame {
  type: string;
  [key: string]: unknown;
}

/** Ports `deviceSocket` and `clientSocket`: what a socket tells its machine, and what it is told. */
export type SocketEvent =
  | { type: 'socket.opened' }
  | { type: 'socket.frame'; frame: Frame }
  | { type: 'socket.closed'; code: number; reason: string };
export type SocketCommand = { type: 'socket.send'; frame: Frame };

/** Port `resolveTarget`: which environment, agent and conversation a person means. */
export interface ResolveInput {
  environment: string | null;
  agent: string | null;
  conversation: string | null;
}
export type Resolved =
  | { ok: true; environmentId: string; scope: Scope }
  | { ok: false; permanent: boolean; message: string };

export interface ClientSocketInput {
  environmentId: string;
  scope: Scope;
}

/** Port `register`: announce this environment to the hub. */
export type Registered =
  | { ok: true; connectionId: string; wsUrl: string; linked: boolean }
  | { ok: false; permanent: boolean; message: string; retryAfterMs: number };

/** Port `deviceSocket`: one socket to the hub, to the handshake and on to its close. */
export interface DeviceSocketInput {
  connectionId: string;
  wsUrl: string;
  linked: boolean;
}
export type DeviceSocketEvent =
  /** Frames may flow. `resumed` is false when the hub knows nothing of what went before. */
  | { type: 'socket.ready'; resumed: boolean }
  | { type: 'socket.heard' }
  | { type: 'socket.closed'; code: number; reason: string };
export type DeviceSocketCommand = { type: 'socket.ping' };
