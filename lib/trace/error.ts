import { PrecopyError } from '../errors.js';

/** A trace that cannot be read, and where. Code `ERR_PRECOPY_TRACE`. */
export class TraceError extends PrecopyError {
  /** Its number, from 1; undefined where the whole file is meant. */
  readonly line: number | undefined;

  constructor(name: string, line: number | undefined, wrong: string, cause?: unknown) {
    const place = line === undefined ? name : `${name}, line ${line}`;
    super('ERR_PRECOPY_TRACE', `${place}: ${wrong}`, {
      remedy:
        'Name a file that migrate({ trace }) or precopy migrate --trace has written; one that was cut off is read up to the cut.',
      ...(cause === undefined ? {} : { cause }),
    });
    this.line = line;
  }
}
