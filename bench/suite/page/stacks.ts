import { formatMs } from '../../../lib/format.js';
import { type Html, html } from '../../../lib/report/page/html.js';
import type { PauseParts } from '../../engine/run.js';
import type { Actor } from './actor.js';
import { nameTag, percent } from './charts.js';

/** A part of something; its class in the stylesheet says which colour it has. */
interface Piece {
  readonly title: string;
  readonly whose: string;
}

const PARTS: readonly (Piece & { readonly name: keyof PauseParts })[] = [
  { name: 'stopMs', title: 'QEMU stops', whose: 'qemu' },
  { name: 'answerMs', title: 'libvirt lets it go on', whose: 'libvirt-first' },
  { name: 'transferMs', title: 'last pages and devices', whose: 'transfer' },
  { name: 'finishMs', title: 'libvirt resumes it', whose: 'libvirt-last' },
];
const AFTER: Piece = { title: 'until its first beat outside', whose: 'after' };

const CLIENT: Piece = { title: 'who asked for it', whose: 'transfer' };
const DAEMONS: Piece = { title: "both hosts' daemons", whose: 'libvirt-last' };

/** Where the pause went, and how long it lasted for who looks from outside. Undefined where QEMU's events were not seen. */
export function pauseParts(actors: readonly Actor[]): Html | undefined {
  const stacks = actors.flatMap((actor): Stack[] => {
    const { parts, figures } = actor.strategy;
    if (parts === undefined) return [];
    const insideMs = PARTS.reduce((sum, { name }) => sum + parts[name], 0);
    const afterMs = Math.max(0, (figures.outsideMs?.median ?? 0) - insideMs);
    const libvirt = Math.round(((parts.answerMs + parts.finishMs) / insideMs) * 100);
    return [
      {
        actor,
        values: [...PARTS.map(({ name }) => parts[name]), afterMs],
        note: `libvirt's share is ${libvirt} % of ${formatMs(insideMs)}`,
      },
    ];
  });
  const about = "From the stop to the first beat that an observer outside receives, by QEMU's own stamps; medians.";
  return stacked('Where the pause went', about, [...PARTS, AFTER], stacks);
}

/** What control costs beside the migration itself. Undefined where nobody could tell. */
export function controlCosts(actors: readonly Actor[]): Html | undefined {
  const stacks = actors.flatMap((actor): Stack[] => {
    const { control, figures } = actor.strategy;
    const total = figures.totalMs?.median;
    if (control === undefined || total === undefined) return [];
    const { clientMs, daemonsMs = 0 } = control;
    const share = (((clientMs + daemonsMs) / total) * 100).toFixed(1);
    return [{ actor, values: [clientMs, daemonsMs], note: `${formatMs(clientMs + daemonsMs)}: ${share} % of a core` }];
  });
  const about = "Processor time in a migration, beyond what is taken at rest; QEMU's own is not in it. Medians.";
  return stacked('What control costs', about, [CLIENT, DAEMONS], stacks);
}

interface Stack {
  readonly actor: Actor;
  /** In milliseconds, one for each piece. */
  readonly values: readonly number[];
  readonly note: string;
}

function stacked(title: string, about: string, pieces: readonly Piece[], stacks: readonly Stack[]): Html | undefined {
  if (stacks.length === 0) return undefined;
  const sumOf = ({ values }: Stack) => values.reduce((sum, value) => sum + value, 0);
  const longestMs = Math.max(...stacks.map(sumOf), 1);
  const legend = pieces.map(
    (piece) =>
      html`<span><svg class="swatch" width="12" height="12" aria-hidden="true"><rect class="${piece.whose}" width="12" height="12"/></svg> ${piece.title}</span>`,
  );
  return html`<figure class="card">
    <figcaption><h3>${title}</h3><p class="caption">${about}</p></figcaption>
    ${stacks.map((stack) => row(stack, pieces, longestMs))}<p class="legend">${legend}</p>
  </figure>`;
}

function row({ actor, values, note }: Stack, pieces: readonly Piece[], longestMs: number): Html {
  let leftMs = 0;
  const bars = pieces.map(({ title, whose }, index) => {
    const [fromMs, valueMs] = [leftMs, values[index] ?? 0];
    leftMs += valueMs;
    return html`<rect class="${whose}" x="${percent(fromMs / longestMs)}" width="${percent(valueMs / longestMs)}" height="18"><title>${title}: ${formatMs(valueMs)}</title></rect>`;
  });
  const words = pieces.map(({ title }, index) => `${title} ${formatMs(values[index])}`).join(', ');
  return html`<div class="strip ${actor.family}">${nameTag(actor)}<svg class="row" height="18" role="img" aria-label="${words}">${bars}</svg>
    <span></span><span class="caption">${note}</span></div>`;
}
