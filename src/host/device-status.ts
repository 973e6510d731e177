import type { Scope } from '../../machines/ports.ts';
import type { DeviceStatus } from '../protocol/device-status.ts';
import type { Settings } from './conversation-settings.ts';
import { approvalRequest } from './outbox.ts';
import type { HostStore } from './store/host-store.ts';

export interface DeviceStatusSource {
  store: HostStore;
  settings: Settings;
  rowOf: (scope: Scope) => number;
  connectionId: () => string | null;
  connectionName: string;
  version: string;
  tools: () => string[];
  git: (cwd: string) => DeviceStatus['git_context'];
}

/** Commands beyond the core that this host answers (protocol.md 1.1). */
export const SUPPORTED_COMMANDS: string[] = [];

/** Questions that a status lists: it is said again with each answer. The others are asked by `control_request` alone. */
export const MOST_LISTED = 100;

/** The toolset that the host offers has no variants; clients show its one name. */
const TOOLSET = 'default';

export function createDeviceStatus(source: DeviceStatusSource) {
  return (scope: Scope, processing: boolean): DeviceStatus => {
    const conversation = source.rowOf(scope);
    const { mode, cwd, cwdRevision } = source.settings.of(conversation);
    const connectionId = source.connectionId();
    const listed = source.store.calls
      .pending(conversation, MOST_LISTED)
      .flatMap(({ shown }) =>
        shown ? [{ request_id: shown.approvalId, request: approvalRequest(shown) }] : [],
      );
    return {
      current_connection_id: connectionId,
      connection_name: source.connectionName,
      is_online: connectionId !== null,
      is_processing: processing,
      current_permission_mode: mode,
      current_working_directory: cwd,
      cwd_revision: cwdRevision,
      git_context: source.git(cwd),
      letta_code_version: null,
      signalbox_version: source.version,
      current_toolset: TOOLSET,
      current_toolset_preference: TOOLSET,
      available_toolsets: [],
      current_loaded_tools: source.tools(),
      current_available_skills: [],
      background_processes: [],
      pending_control_requests: listed,
      ...(listed.length < MOST_LISTED
        ? {}
        : { pending_control_request_count: source.store.calls.countPending(conversation) }),
      experiments: [],
      memory_directory: null,
      reflection_settings: null,
      supported_commands: SUPPORTED_COMMANDS,
    };
  };
}
