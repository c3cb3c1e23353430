/** What a value in a JSON document must look like. One description serves the validator and the published JSON Schema. */
export type Shape =
  | { readonly type: 'number'; readonly minimum?: number; readonly maximum?: number; readonly description: string }
  | { readonly type: 'integer'; readonly minimum: number; readonly maximum?: number; readonly description: string }
  | { readonly type: 'text'; readonly mayBeEmpty?: boolean; readonly description: string }
  | { readonly type: 'flag'; readonly description: string }
  | { readonly type: 'choice'; readonly of: readonly string[]; readonly description: string }
  | ListShape
  | ObjectShape
  | VariantShape;

interface ListShape {
  readonly type: 'list';
  readonly of: Shape;
  readonly mayBeEmpty?: boolean;
  readonly description: string;
}

export interface ObjectShape {
  readonly type: 'object';
  readonly properties: Readonly<Record<string, Shape>>;
  readonly required: readonly string[];
  /** It must not be empty. */
  readonly atLeastOne?: boolean;
  /** It may have other properties as well, of any kind. */
  readonly isOpen?: boolean;
  readonly description: string;
}

/** One of several objects, told apart by the value of one property, which each of them has beside its own. */
export interface VariantShape {
  readonly type: 'variant';
  readonly key: string;
  readonly of: Readonly<Record<string, ObjectShape>>;
  /** What an object of any other kind must look like; without it there is none. */
  readonly other?: ObjectShape;
  readonly description: string;
}

/** Where a document is wrong, and what is allowed there. */
export interface Problem {
  /** `rungs[2].when.pass.atLeast`; empty for the document itself. */
  readonly place: string;
  readonly value: unknown;
  readonly allowed: string;
}

/** Checks a value and gives back the first thing that is wrong with it: in the order of the document, or of the shape where there may be more than it says. */
export function problemOf(shape: Shape, value: unknown): Problem | undefined {
  switch (shape.type) {
    case 'list':
      return listProblem(shape, value);
    case 'object':
      return objectProblem(shape, value);
    case 'variant':
      return variantProblem(shape, value);
    default:
      return isScalar(shape, value) ? undefined : { place: '', value, allowed: allowedScalar(shape) };
  }
}

type ScalarShape = Exclude<Shape, { type: 'list' | 'object' | 'variant' }>;

function isScalar(shape: ScalarShape, value: unknown): boolean {
  switch (shape.type) {
    case 'text':
      return typeof value === 'string' && (value !== '' || shape.mayBeEmpty === true);
    case 'flag':
      return typeof value === 'boolean';
    case 'choice':
      return typeof value === 'string' && shape.of.includes(value);
    default: {
      const isRight = shape.type === 'integer' ? Number.isInteger(value) : Number.isFinite(value);
      const { minimum = Number.NEGATIVE_INFINITY, maximum = Number.POSITIVE_INFINITY } = shape;
      return isRight && Number(value) >= minimum && Number(value) <= maximum;
    }
  }
}

function allowedScalar(shape: ScalarShape): string {
  switch (shape.type) {
    case 'text':
      return shape.mayBeEmpty === true ? 'a string' : 'a non-empty string';
    case 'flag':
      return 'true or false';
    case 'choice':
      return shape.of.join(' or ');
    default: {
      const kind = shape.type === 'integer' ? 'a whole number' : 'a number';
      if (shape.minimum === undefined) return kind;
      return shape.maximum === undefined
        ? `${kind} of at least ${shape.minimum}`
        : `${kind} from ${shape.minimum} to ${shape.maximum}`;
    }
  }
}

function listProblem({ of, mayBeEmpty = false }: ListShape, value: unknown): Problem | undefined {
  if (!Array.isArray(value)) return { place: '', value, allowed: 'a list' };
  if (value.length === 0 && !mayBeEmpty) return { place: '', value, allowed: 'a list of at least one item' };
  for (const [index, item] of value.entries()) {
    const problem = problemOf(of, item);
    if (problem !== undefined) return inside(`[${index}]`, problem);
  }
  return undefined;
}

function objectProblem(shape: ObjectShape, value: unknown, tag?: string): Problem | undefined {
  if (!isRecord(value)) return { place: '', value, allowed: 'an object' };
  if (shape.atLeastOne === true && Object.keys(value).length === 0) {
    return { place: '', value, allowed: `an object with at least one of ${Object.keys(shape.properties).join(', ')}` };
  }
  return shape.isOpen === true ? openProblem(shape, value) : closedProblem(shape, value, tag);
}

/** What is not described does not matter, so that only what is described is looked at: a long trace has millions of properties. */
function openProblem({ properties, required }: ObjectShape, value: Record<string, unknown>): Problem | undefined {
  for (const name in properties) {
    const [property, inner] = [properties[name], value[name]];
    if (property === undefined || inner === undefined) continue;
    const problem = problemOf(property, inner);
    if (problem !== undefined) return inside(name, problem);
  }
  return missingProblem(required, value);
}

function closedProblem(
  shape: ObjectShape,
  value: Record<string, unknown>,
  tag: string | undefined,
): Problem | undefined {
  for (const name in value) {
    const property = Object.hasOwn(shape.properties, name) ? shape.properties[name] : undefined;
    if (property !== undefined) {
      const problem = problemOf(property, value[name]);
      if (problem !== undefined) return inside(name, problem);
    } else if (name !== tag) {
      const allowed = `absent: there are ${Object.keys(shape.properties).join(', ')}`;
      return { place: name, value: value[name], allowed };
    }
  }
  return missingProblem(shape.required, value);
}

function missingProblem(required: readonly string[], value: Record<string, unknown>): Problem | undefined {
  const missing = required.find((name) => !Object.hasOwn(value, name));
  return missing === undefined ? undefined : { place: missing, value: undefined, allowed: 'there: it is required' };
}

function variantProblem({ key, of, other }: VariantShape, value: unknown): Problem | undefined {
  if (!isRecord(value)) return { place: '', value, allowed: 'an object' };
  const tag = value[key];
  const variant = typeof tag === 'string' ? (Object.hasOwn(of, tag) ? of[tag] : other) : undefined;
  if (variant !== undefined) return objectProblem(variant, value, key);
  return { place: key, value: tag, allowed: other === undefined ? Object.keys(of).join(' or ') : 'a string' };
}

/** The problem as seen from outside: its place is made only when there is one, since most documents have none. */
function inside(place: string, problem: Problem): Problem {
  const dot = problem.place === '' || problem.place.startsWith('[') ? '' : '.';
  return { ...problem, place: `${place}${dot}${problem.place}` };
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
        ...(shape.minimum === undefined ? {} : { minimum: shape.minimum }),
        ...(shape.maximum === undefined ? {} : { maximum: shape.maximum }),
        description,
      };
    case 'text':
      return { type: 'string', ...(shape.mayBeEmpty === true ? {} : { minLength: 1 }), description };
    case 'flag':
      return { type: 'boolean', description };
    case 'choice':
      return { enum: shape.of, description };
    case 'list':
      return {
        type: 'array',
        items: toJsonSchema(shape.of),
        ...(shape.mayBeEmpty === true ? {} : { minItems: 1 }),
        description,
      };
    case 'object':
      return objectSchema(shape);
    case 'variant':
      return { oneOf: variantSchemas(shape), description };
  }
}

function variantSchemas({ key, of, other }: VariantShape): Record<string, unknown>[] {
  const known = Object.entries(of).map(([tag, variant]) => objectSchema(variant, { [key]: { const: tag } }));
  if (other === undefined) return known;
  return [...known, objectSchema(other, { [key]: { type: 'string', not: { enum: Object.keys(of) } } })];
}

function objectSchema(shape: ObjectShape, tag: Record<string, unknown> = {}): Record<string, unknown> {
  const properties = Object.fromEntries(
    Object.entries(shape.properties).map(([name, property]) => [name, toJsonSchema(property)]),
  );
  return {
    type: 'object',
    properties: { ...tag, ...properties },
    required: [...Object.keys(tag), ...shape.required],
    additionalProperties: shape.isOpen === true,
    ...(shape.atLeastOne === true ? { minProperties: 1 } : {}),
    description: shape.description,
  };
}
