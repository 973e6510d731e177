import { describe, expect, it } from 'vitest';
import { showDivergence } from '../../src/replay/divergence.ts';
import { golden, lineOf, replayText, withLine } from './golden.ts';

const approval = golden('approval-over-a-restart');
const parallel = golden('parallel-tools');

describe('what is equal', () => {
  it('REPLAY-1 a recording that the machines repeat is equal, over all its roots and lines', () => {
    const result = replayText(parallel);
    expect(result).toMatchObject({ ok: true, roots: 3, divergences: [], skipped: [] });
    expect(result.lines).toBe(parallel.trimEnd().split('\n').length);
    expect(result).not.toHaveProperty('divergence');
  });

  it('REPLAY-4 roots open again under their names: in one process, and in the next', () => {
    expect(replayText(approval)).toMatchObject({ ok: true, roots: 7 });
    expect(replayText(approval + parallel + approval)).toMatchObject({ ok: true, roots: 17 });
  });

  it('REPLAY-4 what a session goes on with whose first segment is gone is not taken for what another left open', () => {
    const lines = parallel.trimEnd().split('\n');
    const asked = lineOf(parallel, '"type":"outbox.ask"');
    const open = (session: string, segment: number) =>
      (lines[0] ?? '')
        .replace(/"session":"[^"]*"/, `"session":"${session}"`)
        .replace('"segment":1', `"segment":${segment}`);
    const cut = [open('first', 1), ...lines.slice(1, asked)];
    const goesOn = [open('second', 9), ...lines.slice(asked)];
    const { ok, skipped } = replayText([...cut, ...goesOn].join('\n'));
    expect({ ok, skipped: skipped.map(({ root }) => root) }).toEqual({
      ok: true,
      skipped: ['conversation:left', 'host'],
    });
  });

  it('REPLAY-1 frames and the order of keys say nothing', () => {
    const line = lineOf(parallel, '→ send');
    const other = withLine(parallel, line, () => ['[12:00:00.000] → send (control) {"type":"other"}']);
    expect(replayText(other).ok).toBe(true);
    const out = lineOf(parallel, '→ out', '"type":"desk.accept"');
    const turned = withLine(parallel, out, (text) => {
      const at = text.indexOf('{');
      const { event, ...rest } = JSON.parse(text.slice(at));
      return [text.slice(0, at) + JSON.stringify({ event, ...rest })];
    });
    expect(turned).not.toBe(parallel);
    expect(replayText(turned).ok).toBe(true);
  });
});

describe('a divergence', () => {
  it('REPLAY-2 is told on the line after which the machines do otherwise, with what was and what is', () => {
    const decided = lineOf(approval, '"type":"approval.decided"');
    const text = withLine(approval, decided, (line) => [
      line.replace('"behavior":"allow"', '"behavior":"deny"'),
    ]);
    const { ok, divergence } = replayText(text);
    expect(ok).toBe(false);
    expect(divergence).toMatchObject({
      root: 'conversation:conv-1',
      file: 'a.log',
      line: decided + 1,
      position: decided + 1,
      reason: 'event.delta.approve: true was recorded, now it is false',
      recorded: expect.stringContaining('"approve":true'),
      live: expect.stringContaining('"approve":false'),
    });
  });

  it('REPLAY-2 has five lines of its root before it and five after it', () => {
    const at = lineOf(approval, '"type":"approval.decided"') + 1;
    const text = withLine(approval, at, (line) => [line.replace('"approve":true', '"approve":"so"')]);
    const { divergence } = replayText(text);
    const around = divergence?.around ?? [];
    expect(around.map(({ position }) => position === at)).toEqual([
      ...Array(5).fill(false),
      true,
      ...Array(5).fill(false),
    ]);
    expect(around.every(({ text: shown }) => shown.includes('conversation:conv-1'))).toBe(true);
    const shown = showDivergence(divergence as NonNullable<typeof divergence>).split('\n');
    expect(shown.filter((line) => line.startsWith('>'))).toHaveLength(1);
    expect(shown[0]).toContain('conversation:conv-1 diverges: event.delta.approve');
  });

  it('REPLAY-2 ends the replay of its root, not that of others', () => {
    const left = lineOf(parallel, '→ run', 'conversation:left', 'turn/model');
    const right = lineOf(parallel, '→ run', 'conversation:right', 'turn/model');
    let text = withLine(parallel, right, (line) => [line.replace('"step":1', '"step":7')]);
    text = withLine(text, left, (line) => [line.replace('"step":1', '"step":8')]);
    const { divergence, divergences } = replayText(text);
    expect(divergences.map(({ root, line }) => [root, line])).toEqual([
      ['conversation:left', left],
      ['conversation:right', right],
    ]);
    expect(divergence).toBe(divergences[0]);
  });

  it('REPLAY-2 something that is not said any more', () => {
    const at = lineOf(parallel, '→ stop', 'turn/batch/call:call-7/runner');
    const text = withLine(parallel, at, (line) => [line, line]);
    const { divergence } = replayText(text);
    expect(divergence).toMatchObject({ line: at + 1, live: expect.stringContaining('run turn/batch') });
    const last = lineOf(parallel, '"conversation:left"', '"status":"done"');
    const more = withLine(parallel, last, (line) => [
      '[12:01:00.000] → stop (actor) {"root":"conversation:left","path":"desk"}',
      line,
    ]);
    expect(replayText(more).divergence).toMatchObject({
      line: last,
      reason: 'this does not happen any more',
      live: null,
    });
  });

  it('REPLAY-2 something more that is said now', () => {
    const at = lineOf(parallel, '→ out', 'outbox.turnFinished');
    const text = withLine(parallel, at, () => []);
    expect(replayText(text).divergence).toMatchObject({
      line: expect.any(Number),
      reason: 'the machines say more than they did',
      recorded: null,
      live: expect.stringContaining('outbox.turnFinished'),
    });
  });

  it('REPLAY-2 another end of the root', () => {
    const at = lineOf(parallel, '· ended', 'conversation:left');
    const text = withLine(parallel, at, (line) => [line.replace('"done"', '"error"')]);
    expect(replayText(text).divergence).toMatchObject({
      line: at,
      reason: 'the root was error in the end, now it is done',
    });
  });
});

describe('timers', () => {
  const ladder = golden('retry-ladder');
  const timer = lineOf(ladder, '← timer', '"ms":2000');

  it('REPLAY-3 fire by number, whatever the time on the line', () => {
    const text = withLine(ladder, timer, (line) => [line.replace(/^\[.{12}\]/, '[23:59:59.999]')]);
    expect(replayText(text).ok).toBe(true);
  });

  it('REPLAY-3 one that is not set, or set for another wait, is a divergence on its line', () => {
    const unset = withLine(ladder, timer, (line) => [line.replace(/"n":\d+/, '"n":99')]);
    expect(replayText(unset).divergence).toMatchObject({ line: timer, reason: 'timer 99 is not set' });
    const longer = withLine(ladder, timer, (line) => [line.replace('"ms":2000', '"ms":2500')]);
    expect(replayText(longer).divergence).toMatchObject({
      line: timer,
      reason: expect.stringMatching(/is set for 2000 ms, not for 2500 ms/),
    });
  });
});

describe('a recording that ends early', () => {
  it('REPLAY-5 is equal as far as it goes, wherever the process was killed', () => {
    const lines = approval.split('\n');
    for (let kept = 1; kept < lines.length; kept += 2) {
      const { ok, divergence } = replayText(`${lines.slice(0, kept).join('\n')}\n`);
      expect([kept, ok, divergence?.reason]).toEqual([kept, true, undefined]);
    }
  });

  it('REPLAY-5 may be cut off in the middle of a line', () => {
    const text = parallel.slice(0, parallel.length - 400);
    const result = replayText(text);
    expect(result).toMatchObject({ ok: true, torn: { file: 'a.log', line: text.split('\n').length } });
    expect(result).not.toHaveProperty('damaged');
  });
});

describe('damage', () => {
  it('REPLAY-6 ends the replay and is named by file and line', () => {
    const text = withLine(parallel, 40, (line) => [line.slice(0, -5)]);
    expect(replayText(text)).toMatchObject({
      ok: false,
      lines: 39,
      divergences: [],
      damaged: { file: 'a.log', line: 40, reason: expect.stringContaining('JSON') },
    });
  });

  it('REPLAY-6 lines that could not be written are damage', () => {
    const text = withLine(parallel, 40, (line) => [
      '[12:00:00.000] · lines_lost (lifecycle) {"count":12}',
      line,
    ]);
    expect(replayText(text).damaged).toMatchObject({
      line: 40,
      reason: '12 lines could not be written here',
    });
  });

  it('REPLAY-6 a log of a later format is not guessed at', () => {
    const text = parallel.replace('"format":1', '"format":2');
    expect(replayText(text).damaged).toMatchObject({ line: 1, reason: expect.stringContaining('format 2') });
  });
});

describe('a log of other machines', () => {
  it('REPLAY-7 a machine that is not there any more is told by name', () => {
    const text = parallel.replaceAll('"machine":"conversation"', '"machine":"parlour"');
    const { divergences, roots } = replayText(text);
    expect(divergences.map(({ reason }) => reason)).toEqual(
      Array(2).fill('there is no machine "parlour" in this version'),
    );
    expect(roots).toBe(1);
  });

  it('REPLAY-7 an input that has no place any more is a divergence', () => {
    const at = lineOf(parallel, '← in', '"from":"turn/model"');
    const gone = withLine(parallel, at, (line) => [
      line.replace('"from":"turn/model"', '"from":"turn/oracle"'),
    ]);
    expect(replayText(gone).divergence).toMatchObject({ line: at, reason: 'turn/oracle does not run now' });
    const nowhere = withLine(parallel, at, (line) => [
      line.replace('"to":"turn","from":"turn/model"', '"to":"attic"'),
    ]);
    expect(replayText(nowhere).divergence).toMatchObject({
      line: at,
      reason: 'there is no actor attic now',
    });
  });

  it('REPLAY-7 an input on which a machine dies is a divergence that says so', () => {
    const at = lineOf(parallel, '← in', '"type":"input.accepted"');
    const text = withLine(parallel, at, (line) => [line.replace(/"item":\{.*?\}\]?,"/, '"item":null,"')]);
    const broken = withLine(text, at, (line) => [line.replace(/"item":.*$/, '"item":null}}')]);
    const { divergence } = replayText(broken);
    expect(divergence?.root).toBe('conversation:left');
    expect(divergence?.reason).toMatch(/died: Cannot read prop/);
  });

  it('REPLAY-7 whatever is altered, swapped, lost or repeated, there is an answer', () => {
    const lines = approval.trimEnd().split('\n');
    const alterations: ((at: number) => string[])[] = [
      (at) => lines.toSpliced(at, 1),
      (at) => lines.toSpliced(at, 0, lines[at] ?? ''),
      (at) => lines.toSpliced(at, 2, lines[at + 1] ?? '', lines[at] ?? ''),
      (at) => lines.with(at, (lines[at] ?? '').replace(/"[^"]*"(?=[,}])/g, 'null')),
      (at) => lines.with(at, (lines[at] ?? '').replace(/:(?:\d+|true|false|null)/g, ':{"x":1}')),
    ];
    for (const alter of alterations)
      for (let at = 1; at < lines.length; at += 7) {
        const result = replayText(`${alter(at).join('\n')}\n`);
        expect(result.lines).toBeGreaterThan(0);
      }
  });
});

describe('what cannot be judged', () => {
  it('REPLAY-18 a root that was opened before what was read is named and passed over', () => {
    const opened = lineOf(parallel, '· open', 'conversation:left');
    const { ok, skipped, roots } = replayText(withLine(parallel, opened, () => []));
    expect({ ok, skipped, roots }).toEqual({
      ok: true,
      roots: 2,
      skipped: [{ root: 'conversation:left', reason: 'it was opened before what was read' }],
    });
  });

  it('REPLAY-18 a root whose recording failed is judged up to there', () => {
    const at = lineOf(parallel, '→ out', 'outbox.turnFinished');
    const failed =
      '[12:00:00.000] · record_failed (lifecycle) {"root":"conversation:right","error":{"name":"Error","message":"x"}}';
    const text = withLine(parallel, at, () => [failed]);
    expect(replayText(text)).toMatchObject({
      ok: true,
      skipped: [{ root: 'conversation:right', reason: expect.stringContaining('not whole') }],
    });
  });
});

it('REPLAY-9 only the roots that are wanted are run', () => {
  const wants = (root: string) => root === 'conversation:right';
  expect(replayText(parallel, { wants })).toMatchObject({ ok: true, roots: 1, skipped: [] });
});
