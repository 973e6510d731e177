import type { ApprovalRequest } from './approval.ts';
import type { Mode } from './modes.ts';

/** The host's own state as every client sees it (protocol.md 3.10). */
export interface DeviceStatus {
  current_connection_id: string | null;
  connection_name: string | null;
  is_online: boolean;
  is_processing: boolean;
  current_permission_mode: Mode;
  current_working_directory: string | null;
  cwd_revision: number;
  git_context: { branch: string | null; recent_branches: string[] } | null;
  letta_code_version: string | null;
  /** Ours: version of the host's program. */
  signalbox_version?: string;
  current_toolset: string | null;
  current_toolset_preference: string;
  available_toolsets: unknown[];
  current_loaded_tools: string[];
  current_available_skills: unknown[];
  background_processes: unknown[];
  /** The oldest of them, when there are very many. */
  pending_control_requests: { request_id: string; request: ApprovalRequest }[];
  /** Ours: how many there are in all; absent when the list has them all. */
  pending_control_request_count?: number;
  experiments: unknown[];
  memory_directory: string | null;
  reflection_settings: null;
  supported_commands: string[];
  /** Ours: when the hub heard this, set on copies shown while the host is away. */
  as_of?: string;
}
