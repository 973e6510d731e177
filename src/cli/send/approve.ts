import type { Answer, Approval, Session, View } from '../../client/index.ts';
import { askInTerminal } from '../approve/ask-in-terminal.ts';
import { entriesSince } from './progress.ts';

export type Policy = 'ask' | 'all' | 'none';

export interface Approver {
  /** Looks at the approvals of the view and answers those that are ours to answer. */
  look(view: View): void;
}

interface Setting {
  session: Session;
  policy: Policy;
  clientMessageId: string;
  hasTerminal: boolean;
  say(line: string): void;
  /** True while a question stands on the terminal. */
  hold(isHeld: boolean): void;
  /** Somebody is needed and nobody is here. The approval stays. */
  leave(why: string): void;
  fail(why: string): void;
}

/**
 * Answers approvals by the policy of `send --approve`. `all` and `none` speak for our own message only: calls of
 * an earlier one are another person's business.
 */
export function createApprover(setting: Setting): Approver {
  const seen = new Set<string>();
  let asking: { requestId: string; controller: AbortController } | null = null;

  const give = async (approval: Approval, answer: Answer) => {
    const outcome = await setting.session.answer(approval.requestId, answer);
    if (outcome.held) setting.say(`${outcome.held.environment} is away; the answer waits for it`);
    if (outcome.ok) return;
    if (outcome.decided)
      setting.say(`${approval.toolName}: ${outcome.decided.behavior} was said by somebody else first`);
    else if (setting.policy === 'ask' && setting.hasTerminal) {
      setting.say(`${approval.toolName}: ${outcome.error}`);
      seen.delete(approval.requestId);
    } else setting.fail(`the answer to ${approval.toolName} was refused: ${outcome.error}`);
  };
  const ask = async (approval: Approval) => {
    const controller = new AbortController();
    asking = { requestId: approval.requestId, controller };
    setting.hold(true);
    const answer = await askInTerminal(approval, controller.signal);
    setting.hold(false);
    asking = null;
    if (answer) await give(approval, answer);
    else if (controller.signal.aborted) setting.say(`${approval.toolName} was answered elsewhere`);
    else setting.leave(`nobody answered ${approval.toolName}`);
    look(setting.session.view());
  };
  const look = (view: View) => {
    if (asking && !view.approvals.some(({ requestId }) => requestId === asking?.requestId))
      asking.controller.abort();
    if (view.approvals.length === 0) return;
    const since = entriesSince(view, setting.clientMessageId);
    const ours = new Set(since.map((entry) => (entry.kind === 'tool' ? entry.toolCallId : null)));
    for (const approval of view.approvals) {
      if (seen.has(approval.requestId) || asking) continue;
      const isOurs = ours.has(approval.toolCallId);
      if (setting.policy === 'ask' && setting.hasTerminal) {
        seen.add(approval.requestId);
        void ask(approval);
      } else if (setting.policy === 'ask' || !isOurs) {
        const whose = isOurs ? '' : ' (it belongs to an earlier message)';
        return setting.leave(`${approval.toolName} waits for a person${whose}`);
      } else {
        seen.add(approval.requestId);
        const allowed = setting.policy === 'all';
        const message = 'Denied without asking: nobody is there (send --approve none).';
        setting.say(`${approval.toolName}: ${allowed ? 'allowed' : 'denied'} by --approve ${setting.policy}`);
        void give(approval, allowed ? { behavior: 'allow' } : { behavior: 'deny', message });
      }
    }
  };
  return { look };
}
