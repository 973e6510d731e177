/**
 * The SDK: everything that drives Signalbox goes through here. Runs in Node and in browsers.
 * Start with `createClient`.
 */
export type { Mode } from '../protocol/modes.ts';
export { modes } from '../protocol/modes.ts';
export type { Aborted, Accepted, Answered, Outcome, Withdrawn } from './answers.ts';
export { ApiError } from './api-error.ts';
export type { Answer, SendOptions } from './commands.ts';
export { type Client, type ClientOptions, createClient, type SessionTarget } from './create-client.ts';
export type { Rest } from './rest.ts';
export type { Agent, Conversation, Environment, Message, Model, Right, Run, Token } from './rest-types.ts';
export type { Session, Update } from './session.ts';
export type {
  Entry,
  NoteEntry,
  TextEntry,
  ToolDecision,
  ToolEntry,
  ToolState,
  UserEntry,
} from './transcript/entry.ts';
export { emptyTranscript, reduceFrame, type Transcript } from './transcript.ts';
export {
  type Approval,
  type EnvironmentView,
  emptyView,
  isBusy,
  type LinkState,
  type TurnResult,
  type View,
} from './view.ts';
