/**
 * The import rule of the house: a file imports from its own room or from a lower floor, and from the packages that
 * its room may use. Machines are pure, the SDK runs in a browser, and no file is long.
 *
 *   node scripts/floors.ts [ROOT]
 */
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { builtinModules } from 'node:module';
import { join, posix } from 'node:path';
import { maskSource } from './mask-source.ts';
import { type Import, readImports } from './read-imports.ts';

export interface Finding {
  /** Relative to the root, with `/`. */
  file: string;
  line: number;
  text: string;
}

interface Room {
  floor: 1 | 2 | 3 | 4 | 5;
  /** The only packages it may import; absent: any. */
  packages?: string[];
}

const ROOMS: Record<string, Room> = {
  'src/protocol': { floor: 1, packages: ['zod'] },
  machines: { floor: 2, packages: ['xstate'] },
  actors: { floor: 3 },
  'src/host': { floor: 4 },
  'src/hub': { floor: 4 },
  'src/client': { floor: 4 },
  'src/log': { floor: 4 },
  'src/replay': { floor: 4 },
  'src/cli': { floor: 5 },
  web: { floor: 5 },
  inspector: { floor: 5 },
};

/** The log is the ground of floor 4: these three write or read it. It imports none of them back. */
const MAY_USE_THE_LOG = ['src/host', 'src/hub', 'src/replay'];
/** The commands show what the inspector draws. It imports none of them back. */
const MAY_USE_THE_INSPECTOR = ['src/cli'];
/** Of the machines an actor knows the ports it implements, and nothing else. */
const PORTS = 'machines/ports.ts';
/** What is free of Node among our packages. */
const BROWSER_PACKAGES = ['xstate', 'zod', 'nanoid'];

const IMPURE =
  /(?<![.\w$])(?:Date\.now|new Date\s*(?:\(\s*\)|(?![\w(\s]))|Math\.random|crypto\.\w+|performance\.now|set(?:Timeout|Interval|Immediate)|queueMicrotask|fetch\s*\(|console\.|process\.)/g;
const NODE_GLOBAL = /(?<![.\w$])(?:process\.|Buffer\b|setImmediate\b|__dirname\b)/g;

/** `tsc` rewrites the ending in imports, not here: the published file would look for a source that is not there. */
const SOURCE_URL = /new URL\s*\(\s*(['"])[^'"]*\1/g;

const MEASURED = ['machines', 'actors', 'src', 'web', 'inspector', 'bin', 'scripts'];
const MOST_LINES = 400;
const NOTICE_LINES = 250;

export function checkFloors(root: string): { breaches: Finding[]; notices: Finding[] } {
  const breaches: Finding[] = [];
  const notices: Finding[] = [];
  const sources = new Map<string, string>();
  for (const folder of MEASURED) {
    for (const file of sourceFiles(root, folder)) sources.set(file, readFileSync(join(root, file), 'utf8'));
  }
  const browser = reachableFrom('src/client', sources);

  for (const [file, source] of sources) {
    const breach = (line: number, text: string) => breaches.push({ file, line, text });
    const lines = source.trimEnd().split('\n').length;
    if (lines > MOST_LINES) breach(lines, `${lines} lines; the most is ${MOST_LINES}: split it by decision`);
    else if (lines > NOTICE_LINES) notices.push({ file, line: lines, text: `${lines} lines` });

    const room = roomOf(file);
    if (room === undefined) {
      if (file.startsWith('src/')) breach(1, `is in no room; src has ${roomsUnder('src')}`);
      continue;
    }
    for (const found of readImports(source)) {
      const text = wrongImport(file, room, found);
      if (text !== undefined) breach(found.line, text);
      const inBrowser = !found.typeOnly && browser.get(file);
      if (inBrowser && isPackage(found.specifier) && !BROWSER_PACKAGES.includes(packageOf(found.specifier))) {
        breach(
          found.line,
          `imports '${found.specifier}', but ${inBrowser}; there only ${BROWSER_PACKAGES.join(', ')} load`,
        );
      }
    }
    for (const { line, original } of occurrences(SOURCE_URL, source)) {
      if (/\.tsx?['"]$/.test(original))
        breach(line, `says ${original}…, but published it is .js; take the ending of import.meta.url`);
    }
    if (room === 'machines') {
      for (const { line, word } of occurrences(IMPURE, source)) {
        breach(
          line,
          `uses ${word}, but machines are pure: time, ids and effects come in as event data or input`,
        );
      }
    }
    const browserReason = browser.get(file);
    if (browserReason) {
      for (const { line, word } of occurrences(NODE_GLOBAL, source)) {
        breach(line, `uses ${word}, but ${browserReason}`);
      }
    }
  }
  return { breaches, notices };
}

function wrongImport(file: string, room: string, { specifier, typeOnly }: Import): string | undefined {
  const { floor, packages } = ROOMS[room]!;
  if (specifier === undefined) return 'imports a computed name; write it out, so that it can be checked';
  if (isPackage(specifier)) {
    const name = packageOf(specifier);
    if (name === 'signalbox') return `imports '${specifier}', which is this package; import the file`;
    if (packages !== undefined && !packages.includes(name)) {
      return `imports '${specifier}', but of packages ${room} may import only ${packages.join(', ')}`;
    }
    return undefined;
  }
  const target = posix.join(posix.dirname(file), specifier);
  if (target === 'package.json' && floor > 2) return undefined;
  const other = roomOf(target);
  if (other === undefined) return `imports ${target}, which is in no room`;
  if (other === room) return undefined;
  if (room === 'actors' && other === 'machines') {
    if (target !== PORTS)
      return `imports ${target}, but of machines actors may import only the types of ${PORTS}`;
    return typeOnly ? undefined : `imports ${PORTS} for its values; write \`import type\``;
  }
  if (other === 'inspector' && MAY_USE_THE_INSPECTOR.includes(room)) return undefined;
  if (other === 'src/log' && MAY_USE_THE_LOG.includes(room)) return undefined;
  const otherFloor = ROOMS[other]!.floor;
  if (otherFloor < floor) return undefined;
  const where =
    otherFloor === floor ? `beside it on floor ${floor}` : `above it (floor ${otherFloor} over ${floor})`;
  return `imports ${target}, but ${other} is ${where}`;
}

/** The files that load when `room` does, each with the reason. */
function reachableFrom(room: string, sources: Map<string, string>): Map<string, string> {
  const reasons = new Map<string, string>();
  const visit = (file: string, reason: string) => {
    const source = sources.get(file);
    if (source === undefined || reasons.has(file)) return;
    reasons.set(file, reason);
    for (const { specifier, typeOnly } of readImports(source)) {
      if (typeOnly || specifier === undefined || isPackage(specifier)) continue;
      visit(posix.join(posix.dirname(file), specifier), `${file} imports it and ${room} runs in browsers`);
    }
  };
  const own = [...sources.keys()].filter((file) => roomOf(file) === room);
  for (const file of own) if (!reasons.has(file)) visit(file, `${room} runs in browsers`);
  return reasons;
}

function roomOf(file: string): string | undefined {
  return Object.keys(ROOMS).find((room) => file.startsWith(`${room}/`));
}

function roomsUnder(folder: string): string {
  const rooms = Object.keys(ROOMS).filter((room) => room.startsWith(`${folder}/`));
  return rooms.map((room) => room.slice(folder.length + 1)).join(', ');
}

function isPackage(specifier: string | undefined): specifier is string {
  return specifier !== undefined && !specifier.startsWith('.') && !specifier.startsWith('/');
}

/** `@ai-sdk/openai/internal` is of `@ai-sdk/openai`, `fs` and `node:fs/promises` of `node:fs`. */
function packageOf(specifier: string): string {
  const name = specifier
    .split('/')
    .slice(0, specifier.startsWith('@') ? 2 : 1)
    .join('/');
  return builtinModules.includes(name) ? `node:${name}` : name;
}

function* occurrences(pattern: RegExp, source: string) {
  const masked = maskSource(source);
  for (const { 0: text, index } of masked.matchAll(pattern)) {
    const original = source.slice(index, index + text.length);
    yield {
      line: masked.slice(0, index).split('\n').length,
      word: text.replace(/[.(]$/, '').trim(),
      original,
    };
  }
}

function sourceFiles(root: string, folder: string): string[] {
  if (!existsSync(join(root, folder))) return []; // not every room is built yet
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory())
      return ['node_modules', 'dist'].includes(entry.name) ? [] : sourceFiles(root, path);
    return /\.(?:tsx?|jsx?|mts|mjs)$/.test(entry.name) ? [path] : [];
  });
}

if (import.meta.main) {
  const { breaches, notices } = checkFloors(process.argv[2] ?? join(import.meta.dirname, '..'));
  for (const { file, line, text } of notices) console.log(`notice  ${file}:${line}  ${text}`);
  for (const { file, line, text } of breaches) console.error(`${file}:${line}  ${text}`);
  console.log(breaches.length === 0 ? 'floors: in order' : `floors: ${breaches.length} wrong`);
  if (breaches.length > 0) process.exitCode = 1;
}
