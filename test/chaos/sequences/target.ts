import type { House } from '../house/house.ts';
import type { Target } from './sequence.ts';

/** How a target is struck. */
export interface Aim {
  /** Counts from now on, and strikes at that point; null: only counts. */
  arm(at: number | null): void;
  /** Strikes and counts no more. */
  disarm(): void;
  /** How many points were passed since it was armed. */
  count(): number;
  isStruck(): boolean;
  /** The point before which it was struck, and the one before that, for people. */
  where(): string;
}

export function aimAt(house: House, target: Target): Aim {
  if ('link' in target) {
    const link = house.links[target.link];
    let at: number | null = null;
    let ended: number | null = null;
    const count = (): number => ended ?? link.pieces;
    return {
      arm(point) {
        at = point;
        ended = null;
        link.cutAt(point);
      },
      disarm() {
        ended ??= link.pieces;
        link.cutAt(null);
      },
      count,
      isStruck: () => at !== null && count() > at,
      where: () => `piece ${at} on the link of ${target.link}`,
    };
  }
  const point = house.points[target.process];
  return {
    arm: (at) => point.arm(at, target.signal),
    disarm: () => point.disarm(),
    count: () => point.passed().length,
    isStruck: () => point.isReached,
    where() {
      const [before = 'the beginning', next] = point.passed().slice(-2);
      return `${target.process} between "${before}" and "${next}"`;
    },
  };
}
