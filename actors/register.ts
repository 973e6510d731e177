import { fromPromise } from 'xstate';
import type { Registered } from '../machines/ports.ts';
import { type RegisterAnswer, type RegisterBody, registerAnswerSchema } from '../src/protocol/register.ts';
import { type HubAddress, hubRequest } from './hub-request.ts';

export interface RegisterOptions {
  hub: () => HubAddress;
  body: () => RegisterBody;
  /** Hears of each registration before the machine does. */
  onRegistered: (answer: RegisterAnswer) => void;
}

/** Port `register`: `POST /v1/environments/register`, with what counts as passing and what as final (1.4). */
export function createRegister({ hub, body, onRegistered }: RegisterOptions) {
  return fromPromise<Registered, { registrations: number }>(async ({ signal }) => {
    const answer = await hubRequest(hub(), {
      method: 'POST',
      path: '/v1/environments/register',
      headers: { 'x-letta-source': 'letta-code' },
      body: body(),
      signal,
    });
    if (!answer.ok) {
      const transient = answer.status === 0 || answer.status === 429 || answer.status >= 500;
      const { message, retryAfterMs = 0 } = answer;
      return { ok: false, permanent: !transient, message, retryAfterMs };
    }
    const parsed = registerAnswerSchema.safeParse(answer.value);
    if (!parsed.success)
      return {
        ok: false,
        permanent: true,
        message: `${hub().url} answered the registration without connectionId and wsUrl; is it a hub?`,
        retryAfterMs: 0,
      };
    onRegistered(parsed.data);
    return {
      ok: true,
      connectionId: parsed.data.connectionId,
      wsUrl: parsed.data.wsUrl,
      linked: parsed.data.signalboxLink === 1,
    };
  });
}
