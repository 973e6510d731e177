import { existsSync } from 'node:fs';
import { homedir, tmpdir, userInfo } from 'node:os';
import { expect, test } from 'vitest';

test('a test has a throwaway home', () => {
  expect(process.env.SIGNALBOX_HOME).toContain(tmpdir());
  expect(existsSync(process.env.SIGNALBOX_HOME!)).toBe(true);
  expect(homedir()).not.toBe(userInfo().homedir);
});

test('a test has no key and no token of ours in its environment', () => {
  const names = Object.keys(process.env).filter((name) => /_API_KEY$|^SIGNALBOX_/.test(name));
  expect(names).toEqual(['SIGNALBOX_HOME']);
});
