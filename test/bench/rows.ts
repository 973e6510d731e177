import type { Row } from './row.ts';
import { plainTurn } from './rows/plain-turn.ts';
import { relay } from './rows/relay.ts';

/** Every row, in the order of the table. */
export const rows: readonly Row[] = [
  { name: 'plain-turn', run: plainTurn },
  { name: 'relay', run: relay },
];
