/**
 * Measures several things by turns, in short blocks, so that a busy moment of the machine falls on all of them.
 * Each of `measures` gives one value; the first `warmUp` of each are not counted.
 */
export async function inTurn<K extends string>(
  measures: Record<K, () => Promise<number>>,
  { blocks, inBlock, warmUp }: { blocks: number; inBlock: number; warmUp: number },
): Promise<Record<K, number[]>> {
  const names = Object.keys(measures) as K[];
  const values = Object.fromEntries(names.map((name) => [name, [] as number[]])) as Record<K, number[]>;
  for (const name of names) for (let done = 0; done < warmUp; done += 1) await measures[name]();
  for (let block = 0; block < blocks; block += 1)
    for (const name of names)
      for (let done = 0; done < inBlock; done += 1) values[name].push(await measures[name]());
  return values;
}
