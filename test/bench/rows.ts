import type { Row } from './row.ts';
import { durability } from './rows/durability.ts';
import { halfOpen } from './rows/half-open.ts';
import { herd } from './rows/herd.ts';
import { hubHostMemory } from './rows/hub-host-memory.ts';
import { idleMemory } from './rows/idle-memory.ts';
import { inspectorCost } from './rows/inspector-cost.ts';
import { memory1000 } from './rows/memory-1000.ts';
import { plainTurn } from './rows/plain-turn.ts';
import { ready } from './rows/ready.ts';
import { reconnect } from './rows/reconnect.ts';
import { recording } from './rows/recording.ts';
import { relay } from './rows/relay.ts';
import { replay } from './rows/replay.ts';
import { toolTurn } from './rows/tool-turn.ts';
import { turnAtLength } from './rows/turn-at-length.ts';

/** Every row, in the order of the table. */
export const rows: readonly Row[] = [
  { name: 'ready', run: ready },
  { name: 'idle-memory', run: idleMemory },
  { name: 'plain-turn', run: plainTurn },
  { name: 'tool-turn', run: toolTurn },
  { name: 'turn-at-length', run: turnAtLength },
  { name: 'durability', run: durability },
  { name: 'relay', run: relay },
  { name: 'recording', run: recording },
  { name: 'inspector-cost', run: inspectorCost },
  { name: 'replay', run: replay },
  { name: 'memory-1000', run: memory1000 },
  { name: 'hub-host-memory', run: hubHostMemory },
  { name: 'half-open', run: halfOpen },
  { name: 'herd', run: herd },
  { name: 'reconnect', slow: 'about two minutes', run: reconnect },
];
