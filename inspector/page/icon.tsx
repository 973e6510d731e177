const SHAPES = {
  first: 'M4 3v10M13 3 6 8l7 5z',
  back: 'M12 3 5 8l7 5z',
  on: 'M4 3l7 5-7 5z',
  last: 'M12 3v10M3 3l7 5-7 5z',
} as const;

/** A sign that looks the same on every system. */
export function Icon({ of }: { of: keyof typeof SHAPES }) {
  return (
    <svg class="icon" viewBox="0 0 16 16" width="14" height="14" aria-hidden="true">
      <path d={SHAPES[of]} />
    </svg>
  );
}
