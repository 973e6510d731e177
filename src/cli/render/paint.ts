import { styleText } from 'node:util';

type Style = (text: string) => string;
export type Paint = Record<'bold' | 'dim' | 'red' | 'green' | 'yellow' | 'cyan', Style>;

/** Colours for a stream that shows them; elsewhere, and with NO_COLOR, the text as it is. */
export function createPaint(stream: { isTTY?: boolean }, env: NodeJS.ProcessEnv): Paint {
  const coloured = stream.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb';
  const style = (name: keyof Paint): Style =>
    coloured ? (text) => styleText(name, text, { validateStream: false }) : (text) => text;
  return {
    bold: style('bold'),
    dim: style('dim'),
    red: style('red'),
    green: style('green'),
    yellow: style('yellow'),
    cyan: style('cyan'),
  };
}
