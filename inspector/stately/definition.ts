import { type AnyActorLogic, StateMachine } from 'xstate';

const known = new WeakMap<object, string>();

/** The configuration of a machine as JSON text, with functions by their names; of an effect its name alone. */
export function definitionOf(logic: AnyActorLogic, name: string): string {
  if (!(logic instanceof StateMachine)) return JSON.stringify({ id: name });
  const config = logic.config as object;
  const found = known.get(config) ?? JSON.stringify(config, byName);
  known.set(config, found);
  return found;
}

function byName(_key: string, value: unknown): unknown {
  return typeof value === 'function' ? { type: value.name } : value;
}
