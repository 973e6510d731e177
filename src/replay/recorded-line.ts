import { formatLine, type LogLine } from '../log/line.ts';

/** A line of a recording and where it stands. */
export type RecordedLine = LogLine & {
  /** From 1, over everything that is read. */
  position: number;
  /** Empty when the lines come from no file. */
  file: string;
  /** From 1 in each file. */
  line: number;
  /** The first line of another session than that of the line before it. */
  isOtherSession?: true;
};

/** As it stands in the file, but for blanks between the tokens of a frame. */
export function textOf({ time, verb, label, json }: LogLine): string {
  return formatLine(time, verb, label, JSON.stringify(json));
}

const LONGEST = 600;

/** For people: its place, and its text up to a length that fits a screen. */
export function shownLine(line: RecordedLine): string {
  return `${placeOf(line)}  ${cut(textOf(line))}`;
}

/** `file:line`, or `line N` of what has no file; line 0 is the file as a whole. */
export function placeOf({ file, line }: { file: string; line: number }): string {
  const name = file.slice(file.lastIndexOf('/') + 1);
  if (name === '') return `line ${line}`;
  return line === 0 ? name : `${name}:${line}`;
}

export function cut(text: string): string {
  return text.length > LONGEST ? `${text.slice(0, LONGEST)}… (${text.length} characters)` : text;
}
