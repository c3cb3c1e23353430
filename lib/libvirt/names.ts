/** `FROM_SNAPSHOT` → `fromSnapshot`. */
export type Camel<Name extends string> = Name extends `${infer Head}_${infer Tail}`
  ? `${Lowercase<Head>}${Capitalize<Camel<Tail>>}`
  : Lowercase<Name>;

/** A number that the installed libvirt knows and precopy does not. */
export type Unknown = `unknown-${number}`;

/** The members of a generated group, in camelCase, and what a newer libvirt may add. */
export type NamesOf<Group> = Camel<keyof Group & string> | Unknown;

export function camel(name: string): string {
  return name.toLowerCase().replace(/_([a-z0-9])/g, (_, letter: string) => letter.toUpperCase());
}

/** The first member of a group with this value. */
export function nameOf<Group extends Readonly<Record<string, number>>>(
  group: Group,
  value: number,
): (keyof Group & string) | undefined {
  for (const key in group) if (group[key] === value) return key;
  return undefined;
}

/** The camelCase name of a number; `unknown-…` where the group has none. */
export function camelNameOf<Group extends Readonly<Record<string, number>>>(
  group: Group,
  value: unknown,
): NamesOf<Group> {
  const number = typeof value === 'number' ? value : Number.NaN;
  const name = nameOf(group, number);
  // The type-level Camel and the run-time camel are the same function; a test compares them by what they return.
  return name === undefined ? `unknown-${number}` : (camel(name) as Camel<keyof Group & string>);
}
