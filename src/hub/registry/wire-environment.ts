import type { WireEnvironment } from '../../protocol/rest.ts';
import type { Environment } from './environments.ts';

/** What the hub knows of an environment's host at this moment. Times are epoch milliseconds. */
export interface Liveness {
  status: 'online' | 'stale' | 'offline';
  connectionId: string | null;
  connectedAt: number | null;
  lastHeard: number | null;
  held: number;
  mode: string | null;
}

/** There is one organisation at a hub; Letta's clients want its name. */
const ORGANIZATION = 'signalbox';

/** An environment as `GET /v1/environments` shows it. */
export function wireEnvironment(environment: Environment, live: Liveness): WireEnvironment {
  const { id, deviceId, listenerInstanceId, name, metadata, firstSeen, lastSeen, person } = environment;
  return {
    id,
    connectionId: live.status === 'offline' ? null : live.connectionId,
    deviceId,
    ...(listenerInstanceId ? { listenerInstanceId } : {}),
    connectionName: name,
    organizationId: ORGANIZATION,
    userId: person,
    podId: null,
    connectedAt: live.connectedAt,
    lastHeartbeat: live.lastHeard,
    lastSeenAt: Math.max(lastSeen, live.lastHeard ?? 0),
    firstSeenAt: firstSeen,
    ...(live.mode ? { currentMode: live.mode } : {}),
    metadata,
    status: live.status,
    held: live.held,
  };
}
