import type { Message } from '../../../src/client/index.ts';
import type { HostFacts, HubFacts } from '../house/stores.ts';
import type { Books } from '../people/books.ts';
import type { HostName } from '../plan/faults.ts';

/** A promise that was broken. */
export interface Violation {
  /** The rule of SPEC.md. */
  rule: string;
  kind: 'loss' | 'duplicate' | 'other';
  what: string;
  /** Names by which its story is found. */
  about: string[];
}

/** All that is known at the end of a round, when everything is at rest. */
export interface Facts {
  books: Books;
  hosts: Readonly<Partial<Record<HostName, HostFacts>>>;
  hub: HubFacts;
  /** By the name that the plan gives: the key of the conversation, as `scopeKey` has it, and its whole transcript, oldest first. */
  transcripts: ReadonlyMap<string, { id: string; messages: Message[] }>;
  /** The lines that calls wrote, by host. */
  ledgers: Readonly<Partial<Record<HostName, string[]>>>;
}
