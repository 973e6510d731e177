import type { RegisterBody } from '../../protocol/register.ts';
import type { Connection, ConnectionStore } from './connections.ts';
import type { Environment, EnvironmentStore } from './environments.ts';

export interface RegisterPorts {
  environments: EnvironmentStore;
  connections: ConnectionStore;
  now(): number;
  newId(): string;
}

/**
 * Gives a host its environment and a new alias. A process that the hub has not met before (a new epoch) gets
 * the next generation, which fences all before it. A life that was fenced keeps its old generation: its
 * socket will be told that it is replaced, and two processes of one identity never take turns. A host
 * without an epoch gets the next generation too, but counts only when its socket opens.
 */
export function register(
  ports: RegisterPorts,
  body: RegisterBody,
  person: string,
): { environment: Environment; connection: Connection } {
  const { environments, connections } = ports;
  const at = ports.now();
  const epoch = body.metadata.signalboxEpoch ?? null;
  const known = environments.byIdentity(body.deviceId, body.listenerInstanceId ?? '');
  const next = known ? Math.max(known.generation, connections.highest(known.id)) + 1 : 1;
  const met = known && epoch !== null ? connections.generationOf(known.id, epoch) : null;
  const generation = met ?? next;
  const isFenced = known !== null && generation < known.generation;
  const environment: Environment = {
    id: known?.id ?? `env-${ports.newId()}`,
    deviceId: body.deviceId,
    listenerInstanceId: body.listenerInstanceId ?? '',
    name: isFenced ? known.name : body.connectionName,
    person: isFenced ? known.person : person,
    metadata: isFenced ? known.metadata : body.metadata,
    firstSeen: known?.firstSeen ?? at,
    lastSeen: at,
    generation: known && (isFenced || epoch === null) ? known.generation : generation,
    epoch: isFenced ? known.epoch : epoch,
  };
  const connection = { id: `conn-${ports.newId()}`, environmentId: environment.id, generation, epoch };
  connections.prune(at);
  if (known) environments.update(environment);
  else environments.add(environment);
  connections.add(connection, at);
  return { environment, connection };
}
