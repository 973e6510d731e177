export { HostError } from './host-error.ts';
export type { HostStatus } from './host-status.ts';
export { type Host, startHost } from './start-host.ts';
