import type { Frame } from '../../machines/ports.ts';
import type { DeviceStatus } from '../protocol/device-status.ts';
import type { LoopStatus } from '../protocol/loop-status.ts';
import type { HeldItem } from '../protocol/relay.ts';
import { isRepeated } from './cursor.ts';
import { addApproval, listedApprovals, readApproval } from './transcript/approvals.ts';
import { applyDelta } from './transcript/deltas.ts';
import { holdItem, releaseItem } from './transcript/held.ts';
import { applyQueue, finishTurn } from './transcript/results.ts';
import { applySnapshot } from './transcript/snapshot.ts';
import { asLoose, asText, type Transcript, withView } from './transcript/state.ts';
import type { EnvironmentView, LinkState } from './view.ts';

export { emptyTranscript, type Transcript } from './transcript/state.ts';

/**
 * The view after one more frame. Pure and total: an unknown frame changes nothing, a repeated one changes
 * nothing, and a snapshot takes the place of all that was.
 */
export function reduceFrame(transcript: Transcript, frame: Frame): Transcript {
  if (frame.type === 'snapshot') return applySnapshot(transcript, frame);
  const cursor = asText(frame.cursor);
  if (cursor === null) return applyEvent(transcript, frame);
  if (isRepeated(cursor, transcript.cursor)) return transcript;
  return { ...applyEvent(transcript, frame), cursor };
}

export function withLink(transcript: Transcript, link: LinkState): Transcript {
  return transcript.view.link === link ? transcript : withView(transcript, { link });
}

/**
 * A message that its host began a turn with at once. A turn that ends before it is posted, and names no messages, is
 * its turn all the same.
 */
export function withStarted(transcript: Transcript, clientMessageId: string): Transcript {
  const { openTurn, view } = transcript;
  if (openTurn.includes(clientMessageId) || view.results[clientMessageId]) return transcript;
  return { ...transcript, openTurn: [...openTurn, clientMessageId] };
}

function applyEvent(transcript: Transcript, frame: Frame): Transcript {
  switch (frame.type) {
    case 'stream_delta':
      // A background helper's words are no part of this conversation.
      return frame.subagent_id ? transcript : applyDelta(transcript, asLoose(frame.delta));
    case 'update_loop_status':
      return withView(transcript, { loopStatus: frame.loop_status as LoopStatus });
    case 'update_queue':
      return applyQueue(transcript, frame);
    case 'update_device_status': {
      const deviceStatus = asLoose(frame.device_status) as unknown as DeviceStatus;
      const approvals = listedApprovals(transcript.view.approvals, deviceStatus);
      return withView(transcript, { deviceStatus, approvals });
    }
    case 'control_request': {
      const approval = readApproval(frame);
      if (approval === null) return transcript;
      return withView(transcript, { approvals: addApproval(transcript.view.approvals, approval) });
    }
    case 'environment_status':
      return withView(transcript, { environment: frame.environment as EnvironmentView });
    case 'turn_finished':
      return finishTurn(transcript, frame);
    case 'input_held':
      return holdItem(transcript, frame.item as HeldItem);
    case 'input_handed_over':
    case 'input_withdrawn':
    case 'input_expired':
    case 'input_refused':
      return releaseItem(transcript, frame);
    default:
      return transcript;
  }
}
