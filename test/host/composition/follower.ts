type Frame = Record<string, unknown>;

const AT_REST = 'WAITING_ON_INPUT';

export const keyOf = (agentId: unknown, conversationId: unknown): string => `${agentId} ${conversationId}`;

/** What somebody knows who is told everything that leaves the host, but for what was lost with a link. */
export class Follower {
  readonly queue = new Map<string, string[]>();
  readonly loop = new Map<string, string>();
  /** Open questions, by call. */
  readonly asked = new Set<string>();
  /** What came of each request that was answered. */
  readonly replies = new Map<string, Frame>();
  /** Every accepted answer to an approval is told to all: how, by call. */
  readonly decided = new Map<string, Set<boolean>>();
  readonly endings = new Map<string, Set<string>>();

  hear(frame: Frame): void {
    const { agent_id, conversation_id } = (frame.runtime ?? {}) as Frame;
    const key = keyOf(agent_id, conversation_id);
    switch (frame.type) {
      case 'update_queue':
        this.queue.set(
          key,
          (frame.queue as Frame[]).map((item) => String(item.client_message_id)),
        );
        return;
      case 'update_loop_status':
        this.loop.set(key, String((frame.loop_status as Frame).status));
        return;
      case 'update_device_status': {
        // The status names every question that is open; one that is not there is closed.
        const { pending_control_requests } = frame.device_status as Frame;
        if (!Array.isArray(pending_control_requests)) return;
        this.#forget(key);
        for (const { request_id } of pending_control_requests as Frame[])
          this.asked.add(`${key} ${callOf(request_id)}`);
        return;
      }
      case 'control_request':
        this.asked.add(`${key} ${callOf(frame.request_id)}`);
        return;
      case 'turn_finished':
        for (const id of (frame.client_message_ids ?? []) as string[])
          this.endings.set(id, (this.endings.get(id) ?? new Set()).add(String(frame.stop_reason)));
        return;
      case 'stream_delta':
        return this.#hearDelta(frame.delta as Frame);
    }
    if (typeof frame.request_id === 'string') this.replies.set(frame.request_id, frame);
  }

  /** Whether by all that was heard something of the conversation is still open. */
  isRestless(key: string): boolean {
    const isAsked = [...this.asked].some((one) => one.startsWith(`${key} `));
    return isAsked || (this.loop.get(key) ?? AT_REST) !== AT_REST || (this.queue.get(key) ?? []).length > 0;
  }

  #hearDelta(delta: Frame): void {
    if (delta.message_type !== 'approval_response_message') return;
    const callId = callOf(delta.approval_request_id);
    this.decided.set(callId, (this.decided.get(callId) ?? new Set()).add(delta.approve === true));
  }

  #forget(key: string): void {
    for (const one of this.asked) if (one.startsWith(`${key} `)) this.asked.delete(one);
  }
}

const callOf = (requestId: unknown): string => String(requestId).replace(/^perm-/, '');
