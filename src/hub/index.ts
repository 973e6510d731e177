export type { Hub } from './compose.ts';
export { HubStartError } from './listen.ts';
export type { HubLog } from './ports.ts';
export { startHub } from './server.ts';
