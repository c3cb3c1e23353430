import type { WriteStream } from 'node:tty';
import type { Host, MigrationEvent, WatchEvent } from '../migration/index.js';
import type { Budget } from '../policy/index.js';
import { Progress } from './progress.js';
import { Screen } from './screen/screen.js';
import { initialState } from './screen/state.js';
import { styleOf } from './screen/style.js';

/** An event of a migration, or what is seen of one by looking on. */
export type ShownEvent = MigrationEvent | WatchEvent;

/** Where the events of a migration are shown to a person. */
export interface Display {
  show(event: ShownEvent): void;
  /** A line of somebody else's, a hook's for example. */
  say(line: string): void;
  close(): void;
}

/** For those who read the events as JSON. */
export const SILENT: Display = { show: () => {}, say: () => {}, close: () => {} };

export interface Shown {
  readonly domain: string;
  readonly source: Host;
  readonly destination: Host;
  readonly budget?: Budget;
}

/** The screen where the stream is a terminal that can move its cursor, plain lines everywhere else. */
export function displayOn(stream: WriteStream, { domain, source, destination, budget = {} }: Shown): Display {
  if (!stream.isTTY || process.env.TERM === 'dumb') return new Progress(stream);
  const style = styleOf({ unicode: isUnicode(process.env), colours: stream.hasColors() });
  const names = { source: nameOf(source) ?? 'source', destination: nameOf(destination) ?? 'destination' };
  return new Screen(stream, style, initialState({ domain, budget, ...names }));
}

/** The host's name in its URI; undefined for a daemon that is reached through a socket. */
function nameOf(host: Host): string | undefined {
  const uri = typeof host === 'string' ? host : host.uri;
  return URL.canParse(uri) ? new URL(uri).hostname || undefined : undefined;
}

function isUnicode({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  return /utf-?8/i.test(LC_ALL || LC_CTYPE || LANG || '');
}
