/** What Stately's page does with what it is told, by the same code: `told` on the window is all of it. */
import { createBrowserReceiver } from '@statelyai/inspect';

const told: unknown[] = [];
Object.assign(globalThis, { told });
createBrowserReceiver().subscribe((event) => told.push(event));
