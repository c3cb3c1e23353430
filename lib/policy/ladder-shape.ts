import { DOWNTIME_LIMIT_MS, MAX_THROTTLE } from './action.js';
import { type ObjectShape, type Shape, toJsonSchema } from './shape.js';

function range(what: string, integer = false): ObjectShape {
  const bound = (description: string): Shape => ({ type: integer ? 'integer' : 'number', minimum: 0, description });
  return {
    type: 'object',
    properties: {
      atLeast: bound(`True when ${what} is this or more.`),
      atMost: bound(`True when ${what} is this or less.`),
    },
    required: [],
    atLeastOne: true,
    description: `Bounds for ${what}.`,
  };
}

function actionShape(
  description: string,
  properties: ObjectShape['properties'] = {},
  required: readonly string[] = [],
): ObjectShape {
  const reason: Shape = {
    type: 'text',
    description: 'Why, for the decision trail; by default the condition that held.',
  };
  return { type: 'object', properties: { ...properties, reason }, required, description };
}

const limitMs: Shape = {
  type: 'integer',
  minimum: DOWNTIME_LIMIT_MS.minimum,
  maximum: DOWNTIME_LIMIT_MS.maximum,
  description:
    'The limit, in milliseconds. Never 0, which would mean "stop at the end of this pass, however long it takes".',
};

const fraction = (description: string, minimum = 0): Shape => ({
  type: 'number',
  minimum,
  maximum: MAX_THROTTLE,
  description,
});

const autoConverge: Shape = {
  type: 'object',
  properties: { initial: fraction('The first throttle.', 0.01), increment: fraction('Each further step.', 0.01) },
  required: ['initial', 'increment'],
  description: "QEMU's own throttling; off where it is not given.",
};

/** The measures that a condition can look at, as described in `Condition`. */
const when: Shape = {
  type: 'object',
  properties: {
    at: {
      type: 'choice',
      of: ['pass-boundary', 'any-time'],
      description:
        'When the condition is looked at; by default at pass boundaries, the only moments at which what is dirty is known.',
    },
    pass: range('the number of the pass under way, 1 for the first,', true),
    elapsedMs: range('the time since the start in milliseconds'),
    expectedPauseMs: range('the pause in milliseconds if the guest were stopped at the last boundary'),
    dirtyBytes: range('what was dirty at the last boundary in bytes'),
    passesWithoutProgress: range('the number of passes since the least that was ever dirty at a boundary', true),
    dirtiedPerSent: range('the rate of dirtying over the speed of the link'),
    throttle: range('the fraction of CPU time taken from the guest'),
  },
  required: [],
  atLeastOne: true,
  description: 'All of them must hold. What is not known yet, such as a rate in the first pass, does not hold.',
};

const action: Shape = {
  type: 'variant',
  key: 'action',
  of: {
    'downtime-limit': actionShape('Sets the downtime limit.', { limitMs }, ['limitMs']),
    bandwidth: actionShape('Caps the memory stream; without a number it takes the cap away.', {
      bytesPerSecond: {
        type: 'integer',
        minimum: 2 ** 20,
        description: 'The cap, in bytes per second; libvirt counts in MiB.',
      },
    }),
    throttle: actionShape(
      'Takes CPU time from the guest; needs the monitor.',
      { throttle: fraction('The fraction of CPU time.') },
      ['throttle'],
    ),
    switchover: actionShape('Stops the guest as soon as possible and sends the rest.'),
    'post-copy': actionShape('Lets the guest go on at the destination and fetch the rest.'),
    pause: actionShape('Suspends the guest until the rest is sent.'),
    abort: actionShape('Gives up; the guest stays where it is.'),
  },
  description: 'What is done.',
};

const rung: Shape = {
  type: 'object',
  properties: { when, do: { type: 'list', of: action, description: 'The actions, in this order.' } },
  required: ['when', 'do'],
  description: 'One rung: climbed once, when its condition holds, and only after the one before it.',
};

/** What a ladder must look like; the one source of its validator and of `ladder.schema.json`. */
export const LADDER_SHAPE: ObjectShape = {
  type: 'object',
  properties: {
    $schema: { type: 'text', description: 'For editors; not looked at.' },
    name: { type: 'text', description: 'The name of the policy.' },
    settings: {
      type: 'object',
      properties: {
        downtimeLimitMs: limitMs,
        postCopy: { type: 'flag', description: 'Makes post-copy possible; by default where a rung has it.' },
        autoConverge,
      },
      required: [],
      description: 'How the migration is started.',
    },
    rungs: { type: 'list', of: rung, description: 'The rungs, lowest first.' },
  },
  required: ['name', 'rungs'],
  description: 'A policy as data: a ladder that is climbed one rung at a decision.',
};

/** The JSON Schema (draft 2020-12) of a ladder, as published in `ladder.schema.json`. */
export function ladderSchema(): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: 'precopy ladder',
    ...toJsonSchema(LADDER_SHAPE),
  };
}
