import { readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ownIdentity } from '../../src/log/process-identity.ts';
import { pruneSessions } from '../../src/log/prune-sessions.ts';
import { tempDir } from './temp-dir.ts';

const name = (day: number, rest = '') => `2026-11-${String(day).padStart(2, '0')}T00-00-00-000Z${rest}.log`;
const alive = `[14:17:03.221] · open (lifecycle) ${JSON.stringify(ownIdentity())}\n`;

describe('pruneSessions', () => {
  it('LOG-9 the oldest sessions go, each with all its segments', () => {
    const dir = tempDir();
    for (let day = 1; day <= 5; day++) writeFileSync(join(dir, name(day)), '');
    writeFileSync(join(dir, name(1, '.2')), '');
    writeFileSync(join(dir, name(4, '.2')), '');
    writeFileSync(join(dir, 'notes.txt'), '');
    pruneSessions(dir, 3);
    expect(readdirSync(dir).sort()).toEqual([name(3), name(4, '.2'), name(4), name(5), 'notes.txt'].sort());
  });

  it('LOG-9 nothing goes while there is room', () => {
    const dir = tempDir();
    for (let day = 1; day <= 3; day++) writeFileSync(join(dir, name(day)), '');
    pruneSessions(dir, 3);
    expect(readdirSync(dir)).toHaveLength(3);
  });

  it('LOG-10 a living session stays, and the next oldest goes for it', () => {
    const dir = tempDir();
    for (let day = 1; day <= 5; day++) writeFileSync(join(dir, name(day)), day <= 2 ? alive : '');
    pruneSessions(dir, 3);
    expect(readdirSync(dir)).toEqual([name(1), name(2), name(5)]);
  });

  it('LOG-10 living sessions stay also when they are too many', () => {
    const dir = tempDir();
    for (let day = 1; day <= 5; day++) writeFileSync(join(dir, name(day)), alive);
    pruneSessions(dir, 3);
    expect(readdirSync(dir)).toHaveLength(5);
  });

  it('a folder that does not exist is no error', () => {
    expect(() => pruneSessions(join(tempDir(), 'none'), 3)).not.toThrow();
  });
});
