/** The same without the entries that are undefined: what was not given is left out. */
export type Present<T> = {
  [K in keyof T as undefined extends T[K] ? K : never]?: Exclude<T[K], undefined>;
} & { [K in keyof T as undefined extends T[K] ? never : K]: T[K] };

/** Leaves out what is undefined, as options want it; flags that were not given are. */
export function present<T extends object>(values: T): Present<T> {
  // Only entries that are undefined are left out, which is what the type says.
  return Object.fromEntries(Object.entries(values).filter(([, value]) => value !== undefined)) as Present<T>;
}
