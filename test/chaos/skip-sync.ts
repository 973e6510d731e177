/**
 * To be loaded after count-points.ts, into the same program. As long as its crash points count, nothing that it writes
 * is synced, though it is told so: whatever it promises then is empty. A power cut must find that out.
 */
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';

const isArmed = (): boolean => fs.existsSync(`${process.env.CRASH_POINTS}.armed`);
const { appendFileSync, fdatasync } = fs;

/** The mark of a sync that was none. */
fs.appendFileSync = (path, ...rest) => {
  if (!isArmed() || !String(path).endsWith('.marks')) appendFileSync(path, ...rest);
};
fs.fdatasync = Object.assign((fd: number, done: fs.NoParamCallback): void => {
  if (isArmed()) setImmediate(done, null);
  else fdatasync(fd, done);
}, fdatasync);
syncBuiltinESMExports();
