/*
 * What a person reads: answers on stdout, everything about them on stderr. Guests, hosts, hooks and traces give names and messages that somebody
 * else has chosen, and a terminal does what control characters say.
 */

/** Characters that move a terminal's cursor, change its settings, or turn the direction of what follows; a line's end is none. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: they are what is looked for
const UNSAFE = /[\u0000-\u0009\u000b-\u001f\u007f-\u009f\u200e\u200f\u2028-\u202e\u2066-\u2069]/g;

/** The text with what a terminal would obey written out: ESC becomes `\x1b`. Pure. */
export function plain(text: string): string {
  return text.replaceAll(UNSAFE, (character) => {
    const code = character.charCodeAt(0).toString(16);
    return code.length > 2 ? `\\u${code}` : `\\x${code.padStart(2, '0')}`;
  });
}

/** Prints an answer. */
export function say(text: string): void {
  process.stdout.write(`${plain(text)}\n`);
}

/** Prints what is no answer: what went wrong, and what to do. */
export function complain(text: string): void {
  process.stderr.write(`${plain(text)}\n`);
}
