export type { Hub } from './compose.ts';
export { HubStartError } from './listen.ts';
export { startHub } from './server.ts';
