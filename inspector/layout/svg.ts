import type { MachineShape, StateShape } from './describe-machine.ts';
import type { Box, Layout, PlacedEdge } from './layout.ts';
import { FONT_SIZE, HEADER, LABEL_FONT_SIZE, LABEL_LINE, LINE, PADDING, stateLines } from './measures.ts';

/**
 * A machine as a drawing that stands alone. Each state is a group with `data-state`, each arrow one with `data-edge`,
 * so that a page can light them by their names.
 */
export function toSvg(shape: MachineShape, layout: Layout): string {
  const { width, height } = layout;
  const states = shape.states.map((state) => drawState(state, layout.states[state.id] ?? [0, 0, 0, 0]));
  const starts = shape.states.flatMap(({ initial }) => drawStart(layout.states[initial ?? '']));
  return [
    `<svg xmlns="http://www.w3.org/2000/svg" class="chart" width="${width}" height="${height}" viewBox="0 0 ${width} ${height}" role="img" aria-label="statechart of ${escapeXml(shape.id)}">`,
    `<style>${STYLE}</style>`,
    '<defs><marker id="tip" viewBox="0 0 10 10" refX="9" refY="5" markerUnits="userSpaceOnUse" markerWidth="10" markerHeight="10" orient="auto-start-reverse"><path class="tip" d="M0 1 10 5 0 9z"/></marker></defs>',
    ...states,
    ...starts,
    ...layout.edges.map(drawLine),
    ...layout.edges.map(drawLabel),
    '</svg>\n',
  ].join('\n');
}

function drawState(state: StateShape, [x, y, width, height]: Box): string {
  const { id, kind, why, who, initial, parent } = state;
  const [name = '', ...invokes] = stateLines(state);
  const isOuter = initial !== null || kind === 'parallel';
  const top = y + (isOuter ? HEADER / 2 + FONT_SIZE / 2 - 2 : PADDING + FONT_SIZE - 1);
  const note = [id, why && `why: ${why}`, who && `who: ${who}`].filter((line) => line).join('\n');
  return [
    `<g data-state="${escapeXml(id)}" class="state ${kind}${parent === null ? ' machine' : ''}"><title>${escapeXml(note)}</title>`,
    `<rect x="${x}" y="${y}" width="${width}" height="${height}" rx="8"/>`,
    kind === 'final'
      ? `<rect x="${x + 3}" y="${y + 3}" width="${width - 6}" height="${height - 6}" rx="6"/>`
      : '',
    `<text x="${x + PADDING}" y="${top}">${escapeXml(name)}</text>`,
    ...invokes.map(
      (line, index) =>
        `<text class="invoke" x="${x + PADDING}" y="${top + (index + 1) * LINE}">${escapeXml(line)}</text>`,
    ),
    '</g>',
  ].join('');
}

/** The dot on the state that its parent begins in. */
function drawStart(box: Box | undefined): string[] {
  return box ? [`<circle class="start" cx="${box[0]}" cy="${box[1]}" r="5"/>`] : [];
}

function drawLine({ id, points }: PlacedEdge): string {
  const path = points.map(([x, y], index) => `${index === 0 ? 'M' : 'L'}${x} ${y}`).join(' ');
  return `<g data-edge="${escapeXml(id)}" class="edge"><path d="${path}" marker-end="url(#tip)"/></g>`;
}

function drawLabel({ id, label, box }: PlacedEdge): string {
  if (box === null) return '';
  const [x, y] = box;
  const lines = label.map((line, index) => {
    const kind = line.startsWith('[') ? ' class="guard"' : '';
    return `<tspan${kind} x="${x + 4}" y="${y + 2 + LABEL_LINE * (index + 1) - 3}">${escapeXml(line)}</tspan>`;
  });
  return `<g data-edge="${escapeXml(id)}" class="label"><text>${lines.join('')}</text></g>`;
}

function escapeXml(text: string): string {
  const signs: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };
  return text.replace(/[&<>"]/g, (sign) => signs[sign] ?? sign);
}

const STYLE = `
.chart{--ground:#fff;--box:#f6f7f9;--line:#7b8494;--ink:#1c2430;--dim:#5a6474;--guard:#8a4b08;--lit:#0b66d8;font-family:ui-monospace,SFMono-Regular,Menlo,Consolas,'DejaVu Sans Mono',monospace;background:var(--ground)}
@media (prefers-color-scheme:dark){.chart{--ground:#12161c;--box:#1a2029;--line:#7d8798;--ink:#e8ecf2;--dim:#a3adbc;--guard:#f0b26b;--lit:#6cb2ff}}
.chart text{font-size:${FONT_SIZE}px;fill:var(--ink);white-space:pre}
.chart .state rect{fill:var(--box);stroke:var(--line)}
.chart .state.machine>rect{fill:var(--ground)}
.chart .state.parallel>rect{stroke-dasharray:6 4}
.chart .state text{font-weight:600}
.chart .state .invoke{font-weight:400;fill:var(--dim)}
.chart .edge path{fill:none;stroke:var(--line);stroke-width:1.3}
.chart .tip{fill:var(--line);fill:context-stroke;stroke:none}
.chart .label text{font-size:${LABEL_FONT_SIZE}px}
.chart .label .guard{fill:var(--guard)}
.chart .start{fill:var(--ink)}
.chart .lit>rect{stroke:var(--lit);stroke-width:2.5}
.chart .lit>path{stroke:var(--lit);stroke-width:3}`;
