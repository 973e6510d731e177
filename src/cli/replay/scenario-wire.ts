import type { Frame, Mode } from '../../../machines/ports.ts';
import { labelOf } from '../../host/labels.ts';
import { createOutbox } from '../../host/outbox.ts';
import { createRouter } from '../../host/router.ts';
import type { ConversationSnapshot } from '../../host/status.ts';
import type { CallRow } from '../../host/store/calls.ts';
import type { DeviceStatus } from '../../protocol/device-status.ts';
import type { ConversationRecord } from '../../replay/scenario/conversation-record.ts';
import type { ScenarioWire } from '../../replay/scenario/play-scenario.ts';
import { version } from '../version.ts';

/** What a scenario takes from the host: its router and its outbox, with no store and no hub behind them. */
export const scenarioWire: ScenarioWire = {
  labelOf,
  router: (world) =>
    createRouter({
      ...world,
      startRuntime: () => Promise.resolve({ ok: false, error: 'a scenario has no hub' }),
      version,
      onRejected: () => undefined,
    }),
  outbox: ({ say, record, snapshot, now }) =>
    createOutbox({
      gate: { pass: (announce) => announce(), idle: () => Promise.resolve() },
      emit: (event) => say(event as unknown as Frame),
      answer: say,
      snapshot: () => snapshot() as ConversationSnapshot | null,
      pending: () => record.pending().map((shown) => ({ shown }) as CallRow),
      deviceStatus: (_, processing) => deviceStatus(record, processing),
      // No store, so nothing tells that a status is still what it was.
      committed: () => Number.NaN,
      now,
    }),
};

function deviceStatus(record: ConversationRecord, processing: boolean): DeviceStatus {
  return {
    current_connection_id: 'con-1',
    connection_name: 'scenario',
    is_online: true,
    is_processing: processing,
    current_permission_mode: record.mode as Mode,
    current_working_directory: record.cwd,
    cwd_revision: 0,
    git_context: null,
    letta_code_version: null,
    current_toolset: null,
    current_toolset_preference: 'default',
    available_toolsets: [],
    current_loaded_tools: [],
    current_available_skills: [],
    background_processes: [],
    pending_control_requests: [],
    experiments: [],
    memory_directory: null,
    reflection_settings: null,
    supported_commands: [],
  };
}
