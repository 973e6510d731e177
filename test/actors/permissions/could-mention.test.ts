import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { ANYTHING, couldMention } from '../../../actors/permissions/could-mention.ts';

const NAME = '.signalbox';
const could = (text: string) => couldMention(text, NAME);

describe('couldMention', () => {
  it.each([
    '.signalbox',
    'a/.sig*/b',
    '.signalb?x',
    '.[s]ignalbox',
    '.[!x]ignalbox',
    '.[[:alpha:]]ignalbox',
    '.*',
    '*.*',
    '*signalbox*',
    '.{signalbox,x}',
    '{.signal,x}{box,y}',
    '{a,.{s,t}ignalbox}',
    '{a,.sig*}',
    `.sig${ANYTHING}box`,
    `${ANYTHING}.sig*`,
    `foo${ANYTHING}.sig*`,
    `.sig*${ANYTHING}foo`,
    'x=.sig*',
    'a:.sig*:b',
    '.sig*,x',
    'echo {x .sig*',
  ])('PERM-10 %j could be the name', (text) => {
    expect(could(text)).toBe(true);
  });

  it.each([
    '',
    '*',
    '**',
    '?',
    '[a-z]*',
    '*.ts',
    '.git*',
    'signalbox',
    '.signalboxes',
    '.signalbo',
    'x.signalbox',
    'foo.*bar',
    '{a,b}',
    'src/{a,b}.ts',
    ANYTHING,
    `${ANYTHING}/${ANYTHING}`,
    `${ANYTHING}*`,
    `${ANYTHING}.txt`,
    '.sig nalbox',
    '.sig/nalbox',
    '[ -f x ]',
    '.signalbo[',
  ])('%j could not', (text) => {
    expect(could(text)).toBe(false);
  });

  it('PERM-10 whatever stands for its letters, as long as one of them is there', () => {
    const piece = (letter: string) =>
      fc.constantFrom(letter, '?', '*', `[${letter}z]`, '[!_]', `{${letter},zz}`, `{,${letter}}`, ANYTHING);
    fc.assert(
      fc.property(fc.tuple(...[...NAME].map(piece)), fc.nat(NAME.length - 1), (pieces, kept) => {
        const pattern = pieces.with(kept, NAME[kept]!).join('');
        expect(could(pattern)).toBe(true);
        expect(could(`a/${pattern}/b`)).toBe(true);
        expect(could(`{a,${pattern}}`)).toBe(true);
      }),
    );
  });

  it('reads long and deeply nested text once', () => {
    for (const piece of ['{', '{a,', '[', '[[:a', '*', '}', ',', '{*,', ANYTHING]) {
      expect(could(piece.repeat(100_000))).toBe(false);
    }
  });
});
