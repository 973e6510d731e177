import { describe, expect, test } from 'vitest';
import { type AnyStateMachine, transition } from 'xstate';
import { connectionMachine } from '../../machines/connection.ts';
import { conversationMachine } from '../../machines/conversation.ts';
import { heartbeatMachine } from '../../machines/heartbeat.ts';
import { toolBatchMachine } from '../../machines/tool-batch.ts';
import { toolCallMachine } from '../../machines/tool-call.ts';
import { turnMachine } from '../../machines/turn.ts';
import type { AnyEvent, Explored } from './explore.ts';
import * as connection from './worlds/connection.ts';
import * as conversation from './worlds/conversation.ts';
import * as heartbeat from './worlds/heartbeat.ts';
import * as toolBatch from './worlds/tool-batch.ts';
import * as toolCall from './worlds/tool-call.ts';
import * as turn from './worlds/turn.ts';

type Walked = Explored<AnyStateMachine>;

/** Each machine with its explored spaces. */
const machines: Record<string, { machine: AnyStateMachine; walks: Walked[] }> = {
  'a tool call': { machine: toolCallMachine, walks: toolCall.walks(toolCallMachine) },
  'a tool batch': {
    machine: toolBatchMachine,
    walks: Object.values(toolBatch.batches).map((batch) => toolBatch.walk(toolBatchMachine, batch)),
  },
  'a turn': { machine: turnMachine, walks: turn.walks(turnMachine) },
  'a conversation': {
    machine: conversationMachine,
    walks: conversation.beginnings.map((one) => conversation.walk(conversationMachine, one)),
  },
  'the connection': { machine: connectionMachine, walks: [connection.walk(connectionMachine)] },
  'the heartbeat': { machine: heartbeatMachine, walks: [heartbeat.walk(heartbeatMachine)] },
};

/** Every event that was sent anywhere in any of the walks, one of each type and form. */
function everyEvent(): AnyEvent[] {
  const events = new Map<string, AnyEvent>();
  for (const { walks } of Object.values(machines))
    for (const { states } of walks)
      for (const { edges } of states)
        for (const { event } of edges) {
          const form = [event.type, ...Object.keys(event)].join();
          if (!events.has(form)) events.set(form, event);
        }
  return [...events.values(), { type: 'never.heardOf' }];
}

/** States that differ in where the machine is, each once: what the context holds is the walks' business. */
function places(walks: readonly Walked[]): Walked['states'] {
  const found = new Map<string, Walked['states'][number]>();
  for (const { states } of walks)
    for (const state of states) {
      const { value, status, children } = state.snapshot;
      const key = JSON.stringify([value, status, Object.keys(children).sort()]);
      if (!found.has(key)) found.set(key, state);
    }
  return [...found.values()];
}

describe('everything sent everywhere', () => {
  const events = everyEvent();

  test('takes in every type of event that the machines know', () => {
    const types = new Set(events.map(({ type }) => type));
    expect(types.size).toBeGreaterThan(80);
    for (const type of ['turn.giveBack', 'call.cancel', 'xstate.error.actor.turn', 'link.probe'])
      expect(types).toContain(type);
  });

  for (const [name, { machine, walks }] of Object.entries(machines))
    test(`TURN-29 ${name} survives any event in any state`, () => {
      for (const state of places(walks)) {
        if (state.snapshot.status !== 'active') continue;
        for (const event of events) {
          // What a child says comes from a child that is there; the walks hold those.
          if (/^xstate\.(?:done|error)\.actor\./.test(event.type)) continue;
          const after = () => transition(machine, state.snapshot as never, event as never)[0];
          expect(after, `${event.type} in ${state.key}`).not.toThrow();
          expect(after().status, `${event.type} in ${state.key}`).not.toBe('error');
        }
      }
    });
});
