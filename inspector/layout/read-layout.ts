import layouts from '../layouts.json' with { type: 'json' };
import type { Layout } from './layout.ts';

/** Where the parts of a machine stand, as computed at build time. Throws for a machine that was not laid out. */
export function readLayout(id: string): Layout {
  const layout = (layouts as unknown as Record<string, Layout>)[id];
  if (layout === undefined) throw new Error(`no layout of "${id}"; npm run layouts makes it`);
  return layout;
}
