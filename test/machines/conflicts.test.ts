import { expect, test } from 'vitest';
import { type BatchCall, conflicts, isMoving, isWaiting, startable } from '../../machines/conflicts.ts';
import type { CallEffect } from '../../machines/ports.ts';

const shell: CallEffect = { kind: 'anything' };
const writes = (...files: string[]): CallEffect => ({ kind: 'writes', files });
const reads = (...files: string[]): CallEffect => ({ kind: 'reads', files });

test('D21 a shell command is alone among those that write; readers of other files are in nobody’s way', () => {
  const table: [CallEffect, CallEffect, boolean][] = [
    [shell, shell, true],
    [shell, writes('/a'), true],
    [shell, reads('/a'), false],
    [writes('/a'), writes('/a'), true],
    [writes('/a', '/b'), writes('/b', '/c'), true],
    [writes('/a'), writes('/b'), false],
    [writes('/a'), reads('/a'), true],
    [writes('/a'), reads('/b'), false],
    [reads('/a'), reads('/a'), false],
    [writes(), writes(), false],
  ];
  for (const [a, b, expected] of table) {
    expect(conflicts(a, b)).toBe(expected);
    expect(conflicts(b, a)).toBe(expected);
  }
});

const call = (id: string, heard: BatchCall['heard'], effect: CallEffect): BatchCall => ({
  id,
  heard,
  effect,
});

test('CALL-11 what is ready starts, unless an earlier call is open or a later one runs that is in its way', () => {
  expect(
    startable([call('a', 'ready', shell), call('b', 'ready', shell), call('c', 'ready', reads())]),
  ).toEqual(['a', 'c']);
  expect(startable([call('a', 'asking', shell), call('b', 'ready', writes('/x'))])).toEqual([]);
  expect(startable([call('a', 'settling', shell), call('b', 'ready', writes('/x'))])).toEqual([]);
  expect(startable([call('a', 'settled', shell), call('b', 'ready', writes('/x'))])).toEqual(['b']);
  expect(startable([call('a', 'ready', shell), call('b', 'started', writes('/x'))])).toEqual([]);
  expect(startable([call('a', 'ready', shell), call('b', 'settling', writes('/x'))])).toEqual(['a']);
});

test('TURN-13 a batch waits when a person is asked and nothing of it moves', () => {
  const asking = call('a', 'asking', shell);
  expect(isWaiting([asking])).toBe(true);
  expect(isWaiting([asking, call('b', 'ready', shell)])).toBe(true);
  for (const heard of ['started', 'settling'] as const) {
    expect(isMoving([asking, call('b', heard, shell)])).toBe(true);
    expect(isWaiting([asking, call('b', heard, shell)])).toBe(false);
  }
  expect(isWaiting([asking, call('b', 'ready', reads())])).toBe(false);
  expect(isWaiting([call('a', 'settled', shell)])).toBe(false);
  expect(isMoving([])).toBe(false);
});
