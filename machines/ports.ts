/**
 * The types of every effect that the machines ask for. An actor implements one port; a machine knows
 * nothing of the actor but this. Everything here is plain JSON, so that it can be recorded and replayed.
 */
export type * from './ports/base.ts';
export type * from './ports/desk.ts';
export type * from './ports/links.ts';
export type * from './ports/model.ts';
export type * from './ports/permissions.ts';
export type * from './ports/tools.ts';
export type * from './ports/turn.ts';
