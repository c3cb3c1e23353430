/** What a value in a JSON document must look like. One description serves the validator and the published JSON Schema. */
export type Shape =
  | { readonly type: 'number'; readonly minimum: number; readonly maximum?: number; readonly description: string }
  | { readonly type: 'integer'; readonly minimum: number; readonly maximum?: number; readonly description: string }
  | { readonly type: 'text'; readonly description: string }
  | { readonly type: 'flag'; readonly description: string }
  | { readonly type: 'choice'; readonly of: readonly string[]; readonly description: string }
  | { readonly type: 'list'; readonly of: Shape; readonly description: string }
  | ObjectShape
  | VariantShape;

export interface ObjectShape {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, Shape>>;
  readonly required: readonly string[];
  /** It must not be empty. */
  readonly atLeastOne?: boolean;
  readonly description: string;
}

/** One of several objects, told apart by the value of one property, which each of them has beside its own. */
export interface VariantShape {
  readonly type: 'variant';
  readonly key: string;
  readonly of: Readonly<Record<string, ObjectShape>>;
  readonly description: string;
}

/** Where a document is wrong, and what is allowed there. */
export interface Problem {
  /** `rungs[2].when.pass.atLeast`; empty for the document itself. */
  readonly place: string;
  readonly value: unknown;
  readonly allowed: string;
}

/** Checks a value and gives back the first thing that is wrong with it, in the order of the document. */
export function problemOf(shape: Shape, value: unknown, place = ''): Problem | undefined {
  switch (shape.type) {
    case 'list':
      return listProblem(shape.of, value, place);
    case 'object':
      return objectProblem(shape, value, place);
    case 'variant':
      return variantProblem(shape, value, place);
    default: {
      const allowed = allowedScalar(shape);
      return isScalar(shape, value) ? undefined : { place, value, allowed };
    }
  }
}

type ScalarShape = Exclude<Shape, { type: 'list' | 'object' | 'variant' }>;

function isScalar(shape: ScalarShape, value: unknown): boolean {
  switch (shape.type) {
    case 'text':
      return typeof value === 'string' && value !== '';
    case 'flag':
      return typeof value === 'boolean';
    case 'choice':
      return typeof value === 'string' && shape.of.includes(value);
    default: {
      const isRight = shape.type === 'integer' ? Number.isInteger(value) : Number.isFinite(value);
      return isRight && Number(value) >= shape.minimum && Number(value) <= (shape.maximum ?? Number.POSITIVE_INFINITY);
    }
  }
}

function allowedScalar(shape: ScalarShape): string {
  switch (shape.type) {
    case 'text':
      return 'a non-empty string';
    case 'flag':
      return 'true or false';
    case 'choice':
      return shape.of.join(' or ');
    default: {
      const kind = shape.type === 'integer' ? 'a whole number' : 'a number';
      return shape.maximum === undefined
        ? `${kind} of at least ${shape.minimum}`
        : `${kind} from ${shape.minimum} to ${shape.maximum}`;
    }
  }
}

function listProblem(of: Shape, value: unknown, place: string): Problem | undefined {
  if (!Array.isArray(value) || value.length === 0) return { place, value, allowed: 'a list of at least one item' };
  for (const [index, item] of value.entries()) {
    const problem = problemOf(of, item, `${place}[${index}]`);
    if (problem !== undefined) return problem;
  }
  return undefined;
}

function objectProblem(shape: ObjectShape, value: unknown, place: string): Problem | undefined {
  if (!isRecord(value)) return { place, value, allowed: 'an object' };
  const inside = (name: string) => (place === '' ? name : `${place}.${name}`);
  const names = Object.keys(shape.properties);
  if (shape.atLeastOne === true && Object.keys(value).length === 0) {
    return { place, value, allowed: `an object with at least one of ${names.join(', ')}` };
  }
  for (const [name, item] of Object.entries(value)) {
    const property = Object.hasOwn(shape.properties, name) ? shape.properties[name] : undefined;
    if (property === undefined)
      return { place: inside(name), value: item, allowed: `absent: there are ${names.join(', ')}` };
    const problem = problemOf(property, item, inside(name));
    if (problem !== undefined) return problem;
  }
  const missing = shape.required.find((name) => !Object.hasOwn(value, name));
  return missing === undefined
    ? undefined
    : { place: inside(missing), value: undefined, allowed: 'there: it is required' };
}

function variantProblem(shape: VariantShape, value: unknown, place: string): Problem | undefined {
  if (!isRecord(value)) return { place, value, allowed: 'an object' };
  const { [shape.key]: tag, ...rest } = value;
  const variant = typeof tag === 'string' && Object.hasOwn(shape.of, tag) ? shape.of[tag] : undefined;
  if (variant === undefined)
    return { place: `${place}.${shape.key}`, value: tag, allowed: Object.keys(shape.of).join(' or ') };
  return objectProblem(variant, rest, place);
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** The same as JSON Schema, draft 2020-12. */
export function toJsonSchema(shape: Shape): Record<string, unknown> {
  const { description } = shape;
  switch (shape.type) {
    case 'number':
    case 'integer':
      return {
        type: shape.type,
        minimum: shape.minimum,
        ...(shape.maximum === undefined ? {} : { maximum: shape.maximum }),
        description,
      };
    case 'text':
      return { type: 'string', minLength: 1, description };
    case 'flag':
      return { type: 'boolean', description };
    case 'choice':
      return { enum: shape.of, description };
    case 'list':
      return { type: 'array', items: toJsonSchema(shape.of), minItems: 1, description };
    case 'object':
      return objectSchema(shape);
    case 'variant':
      return {
        oneOf: Object.entries(shape.of).map(([tag, variant]) => objectSchema(variant, { [shape.key]: { const: tag } })),
        description,
      };
  }
}

function objectSchema(shape: ObjectShape, tag: Record<string, unknown> = {}): Record<string, unknown> {
  const properties = Object.fromEntries(
    Object.entries(shape.properties).map(([name, property]) => [name, toJsonSchema(property)]),
  );
  return {
    type: 'object',
    properties: { ...tag, ...properties },
    required: [...Object.keys(tag), ...shape.required],
    additionalProperties: false,
    ...(shape.atLeastOne === true ? { minProperties: 1 } : {}),
    description: shape.description,
  };
}
