import { styleText } from 'node:util';
import { plain } from '../say.js';

export type Colour = 'bold' | 'dim' | 'green' | 'yellow' | 'red' | 'cyan';

/** How things are drawn: what the terminal can show. */
export interface Style {
  /** A cell of a bar, filled by so many eighths; without such glyphs only 0 and 8 are used. */
  readonly eighths: readonly string[];
  /** A cell that is still to come. */
  readonly open: string;
  readonly mark: string;
  readonly done: string;
  readonly failed: string;
  readonly running: string;
  readonly waiting: string;
  readonly arrow: string;
  readonly paint: (colour: Colour, text: string) => string;
}

const UNICODE: Omit<Style, 'paint'> = {
  eighths: [' ', '▏', '▎', '▍', '▌', '▋', '▊', '▉', '█'],
  ...{ open: '░', mark: '┃', done: '✓', failed: '✗', running: '▸', waiting: '·', arrow: '→' },
};

const ASCII: Omit<Style, 'paint'> = {
  eighths: [' ', ' ', ' ', ' ', '#', '#', '#', '#', '#'],
  ...{ open: '.', mark: '|', done: '+', failed: 'x', running: '>', waiting: '-', arrow: '->' },
};

export function styleOf({ unicode, colours }: { unicode: boolean; colours: boolean }): Style {
  return {
    ...(unicode ? UNICODE : ASCII),
    paint: (colour, text) => (colours ? styleText(colour, text, { validateStream: false }) : text),
  };
}

/** A piece of a line. */
export type Piece = string | readonly [colour: Colour, text: string];

export const textOf = (piece: Piece): string => plain(typeof piece === 'string' ? piece : piece[1]);

export const lengthOf = (pieces: readonly Piece[]): number =>
  pieces.reduce((length, piece) => length + textOf(piece).length, 0);

/** The pieces as one line that is cut off at the width, and has no spaces at its end. */
export function lineOf(style: Style, width: number, pieces: readonly Piece[]): string {
  let left = width;
  return pieces
    .map((piece) => {
      const text = textOf(piece).slice(0, Math.max(0, left));
      left -= text.length;
      return typeof piece === 'string' || text === '' ? text : style.paint(piece[0], text);
    })
    .join('')
    .trimEnd();
}

/** A bar of `cells`, filled to `filled` (0..1), of which `reach` (0..1) is meant to be filled in the end. */
export function barOf(style: Style, cells: number, filled: number, reach = 0): string {
  const eighths = Math.round(clamp(filled) * cells * 8);
  const open = Math.round(clamp(reach) * cells);
  return Array.from({ length: cells }, (_, cell) => {
    const inCell = Math.max(0, Math.min(8, eighths - cell * 8));
    return inCell === 0 && cell < open ? style.open : style.eighths[inCell];
  }).join('');
}

const clamp = (share: number): number => Math.max(0, Math.min(1, Number.isFinite(share) ? share : 0));
