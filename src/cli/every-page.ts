const PAGE = 100;

/** All items of a listing that comes in pages. */
export async function everyPage<T extends { id: string }>(
  list: (page: { limit: number; after?: string }) => Promise<T[]>,
): Promise<T[]> {
  const items: T[] = [];
  for (;;) {
    const last = items.at(-1);
    const page = await list({ limit: PAGE, ...(last ? { after: last.id } : {}) });
    items.push(...page);
    if (page.length < PAGE) return items;
  }
}
