import fc from 'fast-check';
import { type RestlessHost, SCOPES } from './restless-host.ts';

const where = fc.constantFrom(...SCOPES);
const which = fc.nat(5);

/** What may happen to a host, each as likely as its weight. */
export const command = fc.oneof(
  {
    weight: 5,
    arbitrary: fc.record({ do: fc.constant('send' as const), where, option: fc.constantFrom('a', 'b') }),
  },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('resend' as const), where, which }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('withdraw' as const), which }) },
  {
    weight: 4,
    arbitrary: fc.record({
      do: fc.constant('answer' as const),
      which,
      behavior: fc.constantFrom('allow' as const, 'deny' as const),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constantFrom('abort' as const, 'resume' as const), where }) },
  {
    weight: 8,
    arbitrary: fc.record({
      do: fc.constant('model' as const),
      what: fc.constantFrom(
        ...(['chunk', 'end', 'propose', 'propose', 'propose', 'unknown', 'fail'] as const),
      ),
    }),
  },
  { weight: 2, arbitrary: fc.record({ do: fc.constant('endTool' as const), which }) },
  {
    weight: 1,
    arbitrary: fc.record({
      do: fc.constant('breakLink' as const),
      how: fc.constantFrom('down' as const, 'lost' as const),
    }),
  },
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('pass' as const), ms: fc.constantFrom(1_000, 11_000, 31_000) }),
  },
  {
    weight: 10,
    arbitrary: fc.record({
      do: fc.constantFrom(
        ...(['rest', 'rest', 'rest', 'rest', 'rest', 'rest', 'mendLink', 'crash', 'crash', 'drain'] as const),
      ),
    }),
  },
);
export type Command = typeof command extends fc.Arbitrary<infer T> ? T : never;

export async function play(host: RestlessHost, step: Command): Promise<void> {
  switch (step.do) {
    case 'send':
      return host.send(step.where, step.option);
    case 'resend':
      return host.send(step.where, 'a', step.which);
    case 'withdraw':
      return host.withdraw(step.which);
    case 'answer':
      return host.answer(step.which, step.behavior);
    case 'abort':
      return host.abort(step.where);
    case 'resume':
      return host.resume(step.where);
    case 'model':
      return host.model(step.what);
    case 'endTool':
      return host.endTool(step.which);
    case 'breakLink':
      return host.breakLink(step.how);
    case 'pass':
      return host.pass(step.ms);
    case 'rest':
      return host.rest();
    case 'mendLink':
      return host.mendLink();
    case 'crash':
      return host.crash();
    case 'drain':
      return host.drain();
  }
}
