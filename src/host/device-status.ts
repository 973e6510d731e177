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

/** The toolset that the host offers has no variants; clients show its one name. */
const TOOLSET = 'default';

export function createDeviceStatus(source: DeviceStatusSource) {
  return (scope: Scope, processing: boolean): DeviceStatus => {
    const conversation = source.rowOf(scope);
    const { mode, cwd, cwdRevision } = source.settings.of(conversation);
    const connectionId = source.connectionId();
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
      pending_control_requests: source.store.calls
        .pending(conversation)
        .flatMap((row) =>
          row.shown ? [{ request_id: row.shown.approvalId, request: approvalRequest(row.shown) }] : [],
        ),
      experiments: [],
      memory_directory: null,
      reflection_settings: null,
      supported_commands: SUPPORTED_COMMANDS,
    };
  };
}
