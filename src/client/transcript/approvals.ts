import type { DeviceStatus } from '../../protocol/device-status.ts';
import type { Approval } from '../view.ts';
import { asList, asLoose, asText, type Loose } from './state.ts';

/**
 * The one path of both sources (D17): `control_request` frames and `pending_control_requests` of the device
 * status have the same two fields.
 */
export function readApproval(source: Loose): Approval | null {
  const request = asLoose(source.request);
  const requestId = asText(source.request_id);
  const toolCallId = asText(request.tool_call_id);
  if (requestId === null || toolCallId === null) return null;
  return {
    requestId,
    toolCallId,
    toolName: asText(request.tool_name) ?? '',
    input: asLoose(request.input),
    suggestions: asList(request.permission_suggestions) as Approval['suggestions'],
    diffs: asList(request.diffs) as Approval['diffs'],
  };
}

export function readApprovals(list: unknown): Approval[] {
  return asList(list)
    .map(readApproval)
    .filter((approval) => approval !== null);
}

/** What a status lists. Of very many it lists the oldest; what is known beyond those stays. */
export function listedApprovals(before: readonly Approval[], device: DeviceStatus): readonly Approval[] {
  const listed = readApprovals(device.pending_control_requests);
  if ((device.pending_control_request_count ?? 0) <= listed.length) return listed;
  const ids = new Set(listed.map(({ requestId }) => requestId));
  return [...listed, ...before.filter(({ requestId }) => !ids.has(requestId))];
}

/** Adds one that is asked now, or leaves it where it stands when it is asked again. */
export function addApproval(approvals: readonly Approval[], approval: Approval): readonly Approval[] {
  const index = approvals.findIndex((known) => known.requestId === approval.requestId);
  return index === -1 ? [...approvals, approval] : approvals.with(index, approval);
}

/** A call that started, ended or returned waits for nobody. */
export function dropApproval(approvals: readonly Approval[], toolCallId: string | null): readonly Approval[] {
  return approvals.some((approval) => approval.toolCallId === toolCallId)
    ? approvals.filter((approval) => approval.toolCallId !== toolCallId)
    : approvals;
}
