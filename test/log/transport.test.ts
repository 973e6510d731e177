import { execFileSync } from 'node:child_process';
import { closeSync, constants, existsSync, openSync, readFileSync, readSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { setImmediate as turn } from 'node:timers/promises';
import { describe, expect, it, onTestFinished } from 'vitest';
import winston from 'winston';
import { TurnTransport } from '../../src/log/transport.ts';
import { tempDir } from './temp-dir.ts';

interface Opened {
  transport: TurnTransport;
  logger: winston.Logger;
  say: (message: string) => void;
  /** The size of the file after each write. */
  written: number[];
}

/** `open` is what the file begins with. */
function open(fd: number): Opened {
  const written: number[] = [];
  const transport = new TurnTransport({
    fd,
    opening: 'open',
    lostLine: (count) => `lost ${count}`,
    onWritten: (bytes) => written.push(bytes),
  });
  const logger = winston.createLogger({ format: winston.format((info) => info)(), transports: [transport] });
  onTestFinished(() => {
    logger.close();
    closeSync(fd);
  });
  return { transport, logger, say: (message) => void logger.log({ level: 'info', message }), written };
}

function openFile(): Opened & { file: string } {
  const file = join(tempDir(), 'file.log');
  return { ...open(openSync(file, 'a')), file };
}

describe('one write a turn', () => {
  it('LOG-6 lines of one turn of the event loop are written together when it ends', async () => {
    const { say, written, file } = openFile();
    say('one');
    say('two');
    await Promise.resolve();
    say('three');
    expect(readFileSync(file, 'utf8')).toBe('');
    await turn();
    expect(readFileSync(file, 'utf8')).toBe('open\none\ntwo\nthree\n');
    expect(written).toEqual([19]);
    say('four');
    await turn();
    expect(written).toEqual([19, 24]);
  });

  it('LOG-5 flush puts all lines so far in the file before it returns, from the first turn on', () => {
    const { say, transport, written, file } = openFile();
    say('first');
    transport.flush();
    expect(readFileSync(file, 'utf8')).toBe('open\nfirst\n');
    for (let n = 0; n < 10_000; n++) say(`line ${n}`);
    transport.flush();
    const lines = readFileSync(file, 'utf8').trimEnd().split('\n');
    expect(lines).toHaveLength(10_002);
    expect(lines.at(-1)).toBe('line 9999');
    expect(written).toHaveLength(2);
    for (let n = 0; n < 1_000; n++) {
      say(`flushed ${n}`);
      transport.flush();
    }
    expect(written).toHaveLength(1_002);
    expect(readFileSync(file, 'utf8').trimEnd().split('\n')).toHaveLength(11_002);
  });

  it('a flush with nothing to write writes nothing, also at the end of a turn that was flushed', async () => {
    const { say, transport, written } = openFile();
    transport.flush();
    transport.flush();
    expect(written).toEqual([5]);
    say('one');
    transport.flush();
    await turn();
    await turn();
    expect(written).toHaveLength(2);
  });

  it('the size counts bytes', () => {
    const { say, transport, written } = openFile();
    say('→');
    transport.flush();
    expect(written).toEqual([9]);
  });

  it('another file can take over', () => {
    const { say, transport, written, file } = openFile();
    const next = join(tempDir(), 'next.log');
    say('old');
    transport.flush();
    const fd = openSync(next, 'a');
    transport.use(fd, 'next');
    say('new');
    transport.flush();
    closeSync(fd);
    expect([readFileSync(file, 'utf8'), readFileSync(next, 'utf8'), written]).toEqual([
      'open\nold\n',
      'next\nnew\n',
      [9, 9],
    ]);
  });

  it('closing the logger writes what is left and lets go of the process', () => {
    const before = process.listenerCount('exit');
    const { say, logger, file } = openFile();
    expect(process.listenerCount('exit')).toBe(before + 1);
    say('last');
    logger.close();
    expect(readFileSync(file, 'utf8')).toBe('open\nlast\n');
    expect(process.listenerCount('exit')).toBe(before);
  });
});

describe('a disk that takes no more', () => {
  it.skipIf(!existsSync('/dev/full'))(
    'LOG-7 nothing is thrown, lines are counted, and told when writing works again',
    () => {
      const file = join(tempDir(), 'file.log');
      const { say, transport, written } = open(openSync('/dev/full', 'a'));
      say('one');
      say('two');
      transport.flush();
      say('three');
      expect(() => transport.flush()).not.toThrow();
      expect(written).toEqual([0, 0]);
      const fd = openSync(file, 'a');
      onTestFinished(() => closeSync(fd));
      transport.use(fd, 'next');
      say('four');
      transport.flush();
      say('five');
      transport.flush();
      expect(readFileSync(file, 'utf8')).toBe('next\nlost 3\nfour\nfive\n');
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'LOG-7 a line that was written in part is closed, and only what is not whole counts as lost',
    () => {
      const pipe = openPipe();
      const { say, transport } = open(pipe.fd);
      transport.flush();
      pipe.read();
      const line = (n: number) => `${n}`.padStart(4, '0').padEnd(999, '.');
      // A pipe takes 65,536 bytes: 65 lines and the beginning of the next.
      for (let n = 0; n < 70; n++) say(line(n));
      transport.flush();
      say(line(70));
      transport.flush();
      const first = pipe.read();
      expect(first).toHaveLength(65_536);
      say('again');
      transport.flush();
      const lines = (first + pipe.read()).split('\n');
      expect(lines.slice(0, 65)).toEqual(Array.from({ length: 65 }, (_, n) => line(n)));
      expect(lines.slice(65)).toEqual([line(65).slice(0, 536), 'lost 6', 'again', '']);
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'LOG-7 the first line of a file is its first also when the disk failed before it',
    () => {
      const pipe = openPipe();
      writeSync(pipe.fd, '.'.repeat(65_536));
      const { say, transport } = open(pipe.fd);
      transport.flush();
      say('one');
      transport.flush();
      pipe.read();
      say('two');
      transport.flush();
      expect(pipe.read()).toBe('open\nlost 1\ntwo\n');
    },
  );

  it.skipIf(process.platform !== 'linux')(
    'LOG-7 what was lost is told once, also when the disk fails in the middle of telling',
    () => {
      const pipe = openPipe();
      const { say, transport } = open(pipe.fd);
      transport.flush();
      pipe.read();
      say('.'.repeat(65_535));
      transport.flush();
      say('lost');
      transport.flush();
      expect(pipe.read()).toHaveLength(65_536);
      say('.'.repeat(65_535 - 'lost 1\n'.length));
      say('lost too');
      transport.flush();
      expect(pipe.read()).toMatch(/^lost 1\n\.+\n$/);
      say('again');
      transport.flush();
      expect(pipe.read()).toBe('lost 1\nagain\n');
    },
  );
});

/** A pipe that refuses what it has no room for, as a full disk does: it takes a part, then fails. */
function openPipe(): { fd: number; read: () => string } {
  const path = join(tempDir(), 'pipe');
  execFileSync('sh', ['-c', 'mkfifo "$0"', path]);
  const fd = openSync(path, constants.O_RDWR | constants.O_NONBLOCK);
  const buffer = Buffer.alloc(65_536);
  return { fd, read: () => buffer.toString('utf8', 0, readSync(fd, buffer)) };
}
