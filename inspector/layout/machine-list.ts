import type { AnyStateMachine } from 'xstate';
import { connectionMachine } from '../../machines/connection.ts';
import { conversationMachine } from '../../machines/conversation.ts';
import { heartbeatMachine } from '../../machines/heartbeat.ts';
import { hostMachine } from '../../machines/host.ts';
import { presenceMachine } from '../../machines/presence.ts';
import { runMachine } from '../../machines/run.ts';
import { sessionMachine } from '../../machines/session.ts';
import { toolBatchMachine } from '../../machines/tool-batch.ts';
import { toolCallMachine } from '../../machines/tool-call.ts';
import { turnMachine } from '../../machines/turn.ts';

export interface ListedMachine {
  machine: AnyStateMachine;
  /** What it is, in a sentence. */
  summary: string;
}

/** Every machine of Signalbox, those that start others before those. */
export const machineList: ListedMachine[] = [
  { machine: hostMachine, summary: 'The process `signalbox server`, from recovery to an orderly end.' },
  { machine: connectionMachine, summary: 'The host’s way to the hub: registration, socket, reconnection.' },
  { machine: heartbeatMachine, summary: 'Finds a link that is open at one end only.' },
  { machine: conversationMachine, summary: 'One conversation on a host: its queue, and one turn at a time.' },
  { machine: turnMachine, summary: 'One turn: model steps and their tool calls, until a final stop.' },
  { machine: toolBatchMachine, summary: 'The calls of one model step, and what may run beside what.' },
  { machine: toolCallMachine, summary: 'One tool call, from proposal to an outcome that is on disk.' },
  { machine: runMachine, summary: 'One model step, as the hub executes it.' },
  {
    machine: presenceMachine,
    summary: 'The hub’s view of an environment, and the fence against old sockets.',
  },
  { machine: sessionMachine, summary: 'A client’s connection to an environment, with resumption.' },
];
