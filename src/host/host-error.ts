/** Why a host could not be. The message is for the person who started it. */
export class HostError extends Error {
  readonly kind: 'running' | 'settings' | 'refused' | 'superseded';
  constructor(kind: HostError['kind'], message: string) {
    super(message);
    this.name = 'HostError';
    this.kind = kind;
  }
}
