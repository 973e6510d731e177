import type { AnyStateMachine } from 'xstate';
import { connectionMachine } from '../../machines/connection.ts';
import { conversationMachine } from '../../machines/conversation.ts';
import { hostMachine } from '../../machines/host.ts';
import { presenceMachine } from '../../machines/presence.ts';
import { runMachine } from '../../machines/run.ts';
import { sessionMachine } from '../../machines/session.ts';

/** The machines that are roots of an actor system, by the id under which a log opens them. */
export type MachineTable = ReadonlyMap<string, AnyStateMachine>;

const roots: AnyStateMachine[] = [
  hostMachine,
  connectionMachine,
  conversationMachine,
  presenceMachine,
  runMachine,
  sessionMachine,
];

/** Every machine of Signalbox that a log can open. */
export const machineTable: MachineTable = new Map(roots.map((machine) => [machine.id, machine]));
