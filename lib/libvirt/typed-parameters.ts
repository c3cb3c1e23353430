import { InvalidArgumentError } from '../errors.js';
import type { NativeParameter, NativeValues, ParameterType } from './native.js';

/** How one field of an object corresponds to one of libvirt's typed parameters. */
export interface ParameterField {
  /** libvirt's name for it. */
  readonly key: string;
  readonly type: ParameterType;
  /** The parameter may be given several times: the field is a list. */
  readonly list?: true;
  /** The first release of libvirt that has it. */
  readonly since: string;
  /** The values it may have, where libvirt limits them. */
  readonly range?: readonly [low: number, high: number];
}

export type ParameterTable<Fields extends string = string> = Readonly<Record<Fields, ParameterField>>;

/** Parameters that the table does not know, under libvirt's own names. */
export type RawParameters = Readonly<Record<string, readonly [type: ParameterType, value: number | boolean | string]>>;

const TYPES: Readonly<Record<ParameterType, 'number' | 'boolean' | 'string'>> = {
  int: 'number',
  uint: 'number',
  llong: 'number',
  ullong: 'number',
  double: 'number',
  boolean: 'boolean',
  string: 'string',
};

/** Makes libvirt's typed parameters of an object. Throws InvalidArgumentError naming the field. */
export function toParameters(
  table: ParameterTable,
  values: object,
  argument: string,
  raw: RawParameters = {},
): NativeParameter[] {
  if (typeof values !== 'object' || values === null) throw new InvalidArgumentError(argument, values, 'an object');
  const known = Object.entries(values).flatMap(([name, value]) => {
    if (value === undefined) return [];
    const field = Object.hasOwn(table, name) ? table[name] : undefined;
    const option = `${argument}.${name}`;
    if (field === undefined) throw new InvalidArgumentError(option, value, 'left out: there is no such parameter');
    if (field.list !== true) return [toParameter(field, value, option)];
    if (!Array.isArray(value)) throw new InvalidArgumentError(option, value, 'an array of strings');
    return value.map((item: unknown, i) => toParameter(field, item, `${option}[${i}]`));
  });
  return [...known, ...Object.entries(raw).map(([key, [type, value]]): NativeParameter => [key, type, value])];
}

function toParameter(field: ParameterField, value: unknown, option: string): NativeParameter {
  const wanted = TYPES[field.type];
  if (wanted === 'boolean' && typeof value === 'boolean') return [field.key, field.type, value];
  if (wanted === 'string' && typeof value === 'string') return [field.key, field.type, value];
  if (wanted === 'number' && typeof value === 'number') {
    const [low, high] = field.range ?? rangeOf(field.type);
    const whole = field.type === 'double' || Number.isInteger(value);
    if (whole && value >= low && value <= high) return [field.key, field.type, value];
    const kind = field.type === 'double' ? 'a number' : 'an integer';
    throw new InvalidArgumentError(option, value, `${kind} from ${low} to ${high}`);
  }
  throw new InvalidArgumentError(option, value, `a ${wanted}`);
}

function rangeOf(type: ParameterType): readonly [number, number] {
  if (type === 'int') return [-(2 ** 31), 2 ** 31 - 1];
  if (type === 'uint') return [0, 2 ** 32 - 1];
  if (type === 'ullong') return [0, Number.MAX_SAFE_INTEGER];
  if (type === 'llong') return [Number.MIN_SAFE_INTEGER, Number.MAX_SAFE_INTEGER];
  return [-Number.MAX_VALUE, Number.MAX_VALUE];
}

/** Makes an object of libvirt's typed parameters; what the table does not know stays under its raw name. */
export function fromParameters(table: ParameterTable, values: NativeValues): Record<string, number | boolean | string> {
  const names = fieldNames(table);
  return Object.fromEntries(Object.entries(values).map(([key, value]) => [names.get(key) ?? key, value]));
}

const fieldNamesOf = new WeakMap<ParameterTable, ReadonlyMap<string, string>>();

function fieldNames(table: ParameterTable): ReadonlyMap<string, string> {
  const known = fieldNamesOf.get(table);
  if (known !== undefined) return known;
  const names = new Map(Object.entries(table).map(([name, { key }]) => [key, name]));
  fieldNamesOf.set(table, names);
  return names;
}
