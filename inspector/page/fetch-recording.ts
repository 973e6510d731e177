import type { LogEntry } from '../../src/log/reader.ts';

export interface Delivery {
  title: string;
  entries: LogEntry[];
}

const KEY = 'signalbox-inspector-key';

/**
 * The recording that this page was opened for. The ticket in the fragment is good once: it is exchanged for a key that
 * lives as long as the tab, so that a reload works and no address that was copied opens anything. Rejects with words
 * for people.
 */
export async function fetchRecording(): Promise<Delivery> {
  const ticket = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
  if (ticket !== '') sessionStorage.setItem(KEY, await exchange(ticket));
  const key = sessionStorage.getItem(KEY);
  if (key === null) throw new Error('This page needs the address that signalbox inspect printed.');
  const answer = await fetch('./data', { headers: { authorization: `Bearer ${key}` } });
  if (!answer.ok) throw new Error(await answer.text());
  return (await answer.json()) as Delivery;
}

async function exchange(ticket: string): Promise<string> {
  const answer = await fetch('./open', { method: 'POST', headers: { authorization: `Bearer ${ticket}` } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}
