const KEY = 'signalbox-inspector-key';

/**
 * The key to the recording that this page was opened for. The ticket in the fragment is good once: it is exchanged for a
 * key that lives as long as the tab, so that a reload works and no address that was copied opens anything. Rejects with
 * words for people.
 */
export async function pageKey(): Promise<string> {
  const ticket = location.hash.slice(1);
  history.replaceState(null, '', location.pathname);
  if (ticket !== '') sessionStorage.setItem(KEY, await exchange(ticket));
  const key = sessionStorage.getItem(KEY);
  if (key === null)
    throw new Error('This page needs the whole address that was printed, with what stands behind the #.');
  return key;
}

async function exchange(ticket: string): Promise<string> {
  const answer = await fetch('./open', { method: 'POST', headers: { authorization: `Bearer ${ticket}` } });
  const text = await answer.text();
  if (!answer.ok) throw new Error(text);
  return text;
}
