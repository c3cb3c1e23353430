/** What the values of an axis are, by which they are written out. */
export type Quantity = 'milliseconds' | 'bytes' | 'bytesPerSecond' | 'share' | 'count';

/** A colour by its role; the stylesheet has it for light and for dark, and no two are told apart by red and green alone. */
export type Colour = 'blue' | 'orange' | 'green' | 'purple' | 'grey';

export interface ChartSeries {
  readonly label: string;
  readonly colour: Colour;
  /** `step` holds a value until the next one; `dots` draws no line between them. */
  readonly draw: 'line' | 'area' | 'step' | 'dots';
  /** A second way beside the colour to tell it from others. */
  readonly dashed?: boolean;
  /** Every value is shown as a point as well. */
  readonly hasPoints?: boolean;
  /** As many as there are `x`; null where there is none. */
  readonly values: readonly (number | null)[];
}

/** A moment, as a line from top to bottom. */
export interface ChartMark {
  readonly x: number;
  readonly label: string;
  readonly colour: Colour;
}

/** A span of x, shaded, with its label at the top where it fits. */
export interface ChartSpan {
  readonly from: number;
  readonly to: number;
  readonly label: string;
  /** Every other one of a row is shaded `faint`, what matters is `strong`. */
  readonly shade: 'none' | 'faint' | 'strong';
}

/** A value that holds all along, as a line from left to right. */
export interface ChartLevel {
  readonly y: number;
  readonly label: string;
  readonly colour: Colour;
}

/** A chart as data: all that the page's own script needs to draw it. */
export interface ChartSpec {
  /** Stands above it. */
  readonly title: string;
  /** What is to be seen in it, for whoever cannot see it: one or two sentences. */
  readonly description: string;
  readonly x: readonly number[];
  readonly xQuantity: Quantity;
  readonly xRange: readonly [number, number];
  readonly yQuantity: Quantity;
  readonly yRange: readonly [number, number];
  /** Logarithmic; what is below `yRange` is drawn at its lower edge. */
  readonly isLogarithmic?: boolean;
  readonly series: readonly ChartSeries[];
  readonly marks: readonly ChartMark[];
  readonly spans: readonly ChartSpan[];
  readonly levels: readonly ChartLevel[];
  /** Charts of one group show the same moment when one of them is pointed at. */
  readonly group: string;
}
