import type { Hono } from 'hono';
import type { Scope } from '../../machines/ports.ts';
import type { RootRecorder } from '../log/recorder.ts';
import type { RunChunk } from '../protocol/delta.ts';
import type { DeviceEvent } from '../protocol/events.ts';
import type { Caller } from './runs/caller.ts';
import type { Lease } from './store/rows.ts';

/** What the two halves of the hub, data and relay, ask of each other. */

/** Rights of a token, weakest first; each holds those before it (design.md 5.7). */
export const rights = ['read', 'answer', 'send', 'machine', 'owner'] as const;
export type Right = (typeof rights)[number];

/** Who is asking: the token of a request. */
export interface Person {
  tokenId: string;
  name: string;
  right: Right;
}

/** The ring of a conversation: what is published reaches every subscriber, in order. */
export interface Feed {
  /** `environment` is the one whose turn it tells of; left out for what belongs to none. */
  publish(scope: Scope, event: DeviceEvent, environment?: string): void;
  /** True when the environment's host has shown the result of this call itself. */
  hasShown?(environment: string, scope: Scope, callId: string): boolean;
  /** The last `seq_id` of a run that the environment's host has passed on; 0 for none. */
  heardUpTo?(environment: string, scope: Scope, runId: string): number;
}

/** What the registry knows of the environments that call. */
export interface Fence {
  /** `fenced`: a newer process of that environment has registered. `unknown`: never registered, or forgotten. */
  check(environmentId: string, generation: number): 'current' | 'fenced' | 'unknown';
  /** The environment's name for people; its id when it has none. */
  nameOf(environmentId: string): string;
  /**
   * The environment behind Letta's device header; where several share the device, the one to which the hub
   * passed one of these client message ids. Null when that leaves it open.
   */
  byDevice(deviceId: string, clientMessageIds: string[]): string | null;
  /** True when the environment's host is connected. */
  isOnline?(environmentId: string): boolean;
}

/** The hub's session log. */
export interface HubLog {
  lifecycle(verb: string, json: object): void;
  /** Records an actor system, when the session is recorded: what `createActor` needs for it. */
  recordRoot?(root: string): Pick<RootRecorder, 'inspect' | 'clock'> | undefined;
}

/** A message of the transcript as `GET …/messages` lists it. */
export interface WireMessage {
  id: string;
  date: string;
  message_type: string;
  [field: string]: unknown;
}

/** Who asks to cancel: a person or program, or the environment that holds the turn. */
export interface Canceller {
  person: Person;
  environment: string | null;
}

export type Cancelled =
  /** Run id -> its status now. Empty when nothing was running. */
  | { ok: true; runs: Record<string, string> }
  | { ok: false; error: 'not_the_holder' | 'not_found' | 'store_error'; message: string };

export interface Released {
  /** False when no turn was held. */
  released: boolean;
  turnId: string | null;
  environment: string | null;
  /** Calls that were closed as outcome unknown. */
  closedCalls: string[];
}

/** Who runs a conversation's turn, for one who asks. */
export interface TurnState {
  lease: Lease | null;
  /** The environment that asks; null for a program without a host, and where its device leaves that open. */
  asker: string | null;
  /** Runs that stream now. */
  runIds: string[];
  /** Epoch milliseconds. */
  activeAt: number;
}

/** What the data half gives to the relay half. */
export interface HubData {
  routes: Hono<{ Variables: { person: Person } }>;
  /** Resolves `default`, also under the agent's own id, and gives the owning agent. */
  conversationExists(agentId: string | null, conversationId: string): { agentId: string } | null;
  /** The newest messages, oldest first, and what the run that is streaming has told so far. */
  snapshot(scope: Scope, limit: number): Promise<{ messages: WireMessage[]; openRun: RunChunk[] }>;
  leaseOf(scope: Scope): Lease | null;
  /** Null when the agent has no such conversation. */
  turnState(agentId: string, conversationId: string, caller: Caller): Promise<TurnState | null>;
  /** True for a run that the end of the hub's last life cut off: what it said counts for nothing. */
  isInterrupted(runId: string): boolean;
  /** A person takes the turn from a holder that is away. Its open calls are closed as outcome unknown. */
  releaseTurn(scope: Scope, by: Person): Promise<Released>;
  /** Ends what runs in a conversation and gives its turn up. */
  cancelScope(scope: Scope, by: Canceller, runIds?: string[]): Promise<Cancelled>;
  /** Ends running samples as interrupted, and waits until that is on disk. */
  close(): Promise<void>;
}
