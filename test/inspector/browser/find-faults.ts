interface Box {
  left: number;
  right: number;
  top: number;
  bottom: number;
  width: number;
}

/** As much of the DOM as is looked at: the tests are typed without it, as nothing else in them has one. */
interface Part {
  readonly tagName: string;
  readonly textContent: string | null;
  readonly scrollWidth: number;
  readonly clientWidth: number;
  readonly classList: { contains(name: string): boolean };
  readonly dataset: Record<string, string | undefined>;
  getBoundingClientRect(): Box;
  checkVisibility(): boolean;
  closest(selector: string): Part | null;
  querySelector(selector: string): Part | null;
  querySelectorAll(selector: string): Iterable<Part>;
}

interface Screen {
  document: Part & { documentElement: Part };
  innerWidth: number;
  getComputedStyle(part: Part): { overflowX: string };
}

/** What is wrong with how the page looks now, as far as it can be measured. Runs in the page. */
export function findFaults(): string[] {
  const { document, innerWidth, getComputedStyle } = globalThis as unknown as Screen;
  const faults: string[] = [];
  const boxOf = (part: Part) => part.getBoundingClientRect();
  const isShown = (part: Part) => part.checkVisibility() && boxOf(part).width > 0;
  const all = (selector: string) => [...document.querySelectorAll(selector)].filter(isShown);
  /** Of what it shows, so that a fault can be found. */
  const nameOf = (part: Part) => `${part.tagName.toLowerCase()} "${part.textContent?.slice(0, 40)}"`;
  const overlap = (a: Box, b: Box) =>
    Math.min(a.right, b.right) - Math.max(a.left, b.left) > 1 &&
    Math.min(a.bottom, b.bottom) - Math.max(a.top, b.top) > 1;
  const apart = (parts: readonly Part[], others: readonly Part[] = parts) => {
    for (const [at, part] of parts.entries())
      for (const other of others === parts ? parts.slice(at + 1) : others)
        if (overlap(boxOf(part), boxOf(other))) faults.push(`${nameOf(part)} lies on ${nameOf(other)}`);
  };

  const root = document.documentElement;
  if (root.scrollWidth > innerWidth) faults.push(`the page is ${root.scrollWidth} wide`);
  for (const part of all('header *, .why *, .filter *, .tree *, .details-panel *')) {
    const { left, right } = boxOf(part);
    if (left < -1 || right > innerWidth + 1) faults.push(`${nameOf(part)} hangs out`);
  }

  // Text may be shortened only where the whole of it can be read in a title.
  for (const part of all('h1, h2, b, small, span, em, p, code, button, output, summary, label, strong')) {
    const isCut = part.scrollWidth > part.clientWidth + 1 && part.clientWidth > 0;
    const isHidden = getComputedStyle(part).overflowX !== 'visible';
    if (isCut && (!isHidden || !part.closest('[title]'))) faults.push(`${nameOf(part)} is cut`);
  }

  apart(all('header button, header input, header output, header h1'));
  apart(all('.top h2, .zoom button'));
  apart(all('.waits p, .timers'));

  const labels = all('.chart .label text');
  apart(labels);
  apart(labels, all('.chart .state > text'));
  for (const state of all('.chart .state')) {
    const box = boxOf(state.querySelector('rect') as Part);
    for (const text of state.querySelectorAll('text'))
      if (boxOf(text).left < box.left || boxOf(text).right > box.right)
        faults.push(`${nameOf(text)} is wider than its state`);
    if (!state.classList.contains('compound') && !state.classList.contains('parallel'))
      for (const label of labels)
        if (overlap(box, boxOf(label))) faults.push(`${nameOf(label)} lies on ${state.dataset.state}`);
  }
  return faults;
}

/** Whether the active state that is farthest in can be seen without scrolling. Runs in the page. */
export function isLitInSight(): boolean {
  const { document } = globalThis as unknown as Screen;
  const depth = (state: Part) => state.dataset.state?.split('.').length ?? 0;
  const states = [...document.querySelectorAll('.chart .state.lit')];
  const most = Math.max(...states.map(depth));
  const box = states.find((state) => depth(state) === most)?.getBoundingClientRect();
  const frame = document.querySelector('.drawing')?.getBoundingClientRect();
  if (!box || !frame) return false;
  return (
    box.left >= frame.left && box.right <= frame.right && box.top >= frame.top && box.bottom <= frame.bottom
  );
}
