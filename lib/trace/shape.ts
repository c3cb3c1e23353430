import { PHASES } from '../migration/phases.js';
import { ESCALATIONS } from '../policy/index.js';
import { type ObjectShape, type Shape, toJsonSchema, type VariantShape } from '../policy/shape.js';
import { forecast, forecastOutcome } from './forecast-shape.js';
import { TRACE_VERSION, type TraceEntry, type TraceEntryType } from './format.js';
import {
  AT_MS,
  amount,
  choice,
  count,
  entry,
  flag,
  fraction,
  list,
  open,
  type Properties,
  text,
} from './shape-parts.js';

const SIDE = choice('On which of the hosts.', 'source', 'destination');
const PHASE = choice('The phase.', ...PHASES);

const domain = open('The guest.', { name: text('Its name.'), uuid: text('Its UUID, where it was found.') }, 'uuid');

const host = open('A host.', {
  hostname: text('Its name.'),
  hostUuid: text('Its own UUID.'),
  libvirtVersion: text("libvirt's version."),
  hypervisorVersion: text("The hypervisor's version, QEMU's that is."),
});

const endpoint = open('Where a host is, without what opens it.', { uri: text('The libvirt URI, without a password.') });

const budget = open(
  'What the caller can bear; what is absent does not bind.',
  {
    pauseMs: amount('The longest pause.'),
    totalMs: amount('The longest time from start to end.'),
    slowdown: fraction('The largest fraction of CPU time taken from the guest.'),
  },
  ...(['pauseMs', 'totalMs', 'slowdown'] as const),
);

const escalate = list(
  'What may be done when the budget cannot be met otherwise.',
  choice('An escalation.', ...ESCALATIONS),
);

const situation = open(
  'What was known of link and guest.',
  {
    memoryTotalBytes: amount("The guest's memory."),
    diskTotalBytes: amount('The disks that are copied.'),
    linkBytesPerSecond: amount('Speed of the link.'),
    dirtiedBytesPerSecond: amount('How fast the guest dirties memory.'),
    ...{ budget, escalate },
  },
  ...(['linkBytesPerSecond', 'dirtiedBytesPerSecond'] as const),
);

const settings = open(
  'How the policy wanted the job to be started.',
  {
    downtimeLimitMs: amount('The first downtime limit.'),
    autoConverge: open("QEMU's own throttling.", {
      initial: fraction('The first throttle.'),
      increment: fraction('Each further step.'),
    }),
    softLanding: flag('Whether the stream may be slowed down just before the stop.'),
    postCopy: flag('Whether post-copy was to be made possible.'),
  },
  ...(['downtimeLimitMs', 'autoConverge', 'softLanding'] as const),
);

const can = open('Which actuators there were.', {
  throttle: flag('The throttle can be set in flight.'),
  autoConverge: flag('QEMU throttles by its own rule.'),
  postCopy: flag('Post-copy is possible.'),
});

const reason = text('Why, in words and numbers.');
const because = (description: string, properties: Properties = {}) => open(description, { ...properties, reason });

const action: VariantShape = {
  type: 'variant',
  key: 'kind',
  of: {
    continue: because('Nothing.'),
    'downtime-limit': because('Sets the downtime limit.', { limitMs: amount('In milliseconds.') }),
    bandwidth: open(
      'Caps the memory stream, or takes the cap away.',
      { bytesPerSecond: amount('The cap; absent where it is taken away.'), reason },
      'bytesPerSecond',
    ),
    throttle: because('Takes CPU time from the guest.', { throttle: fraction('The fraction.') }),
    switchover: because('Stops the guest as soon as possible.'),
    'post-copy': because('Lets the guest go on at the destination.'),
    pause: because('Suspends the guest on the source.'),
    abort: because('Gives up.'),
  },
  description: 'What was to be done.',
};

const error = open(
  'Why it did not complete.',
  { code: text('`ERR_PRECOPY_…`.'), message: text('What went wrong.'), remedy: text('What to do about it.') },
  'remedy',
);

const PACE = choice('How the copy is doing.', 'moving', 'stalled', 'slow', 'not-converging');

const OWNERS = ['source', 'destination', 'both', 'neither', 'unknown'];

const result = open(
  'How it ended, as `MigrationResult` has it; decisions and warnings have entries of their own.',
  {
    mode: choice('How the guest got over; absent: live.', 'live', 'quick', 'offline'),
    outcome: choice('How it ended.', 'completed', 'cancelled', 'failed'),
    owner: choice('On which side the guest is.', ...OWNERS),
    evidence: open('What was seen of the guest on both hosts.', {
      source: open('On the source.', { seen: choice('Whether it is there.', 'absent', 'present', 'unreachable') }),
      destination: open('There.', { seen: choice('Whether it is there.', 'absent', 'present', 'unreachable') }),
    }),
    ...{ domain, source: host, destination: host },
    control: choice('Who coordinated.', 'peer-to-peer', 'direct'),
    safety: choice('How the guest was resumed.', 'strict', 'guarded'),
    totalMs: amount('From start to end.'),
    phases: list(
      'The phases that were gone through.',
      open('A phase.', { phase: PHASE, atMs: AT_MS, durationMs: amount('How long it took.') }),
    ),
    passes: count('True passes.'),
    sentBytes: amount('Memory that went over the link.'),
    pause: open(
      'The time in which the guest ran nowhere, by witness.',
      {
        qemuMs: { type: 'number', description: "QEMU's figure." },
        observedMs: { type: 'number', description: "The engine's, stop to resume on one clock." },
        outsideMs: amount(
          "An observer's outside of both hosts: the longest silence, less the normal time between two beats.",
        ),
      },
      ...(['qemuMs', 'observedMs', 'outsideMs'] as const),
    ),
    forecast: forecastOutcome,
    hold: choice('What became of the hold.', 'held', 'broken', 'none'),
    heldMs: amount('How long the switchover was held.'),
    abort: open('Where an abort was asked for.', {
      reason,
      outcome: choice('What became of it.', 'cancelled', 'completedAnyway', 'hung', 'refused'),
    }),
    job: open("The completed job's statistics, as libvirt gave them.", {}),
    error,
  },
  ...(['mode', 'source', 'destination', 'control', 'sentBytes', 'forecast', 'abort', 'job', 'error'] as const),
);

type EntryShapes = {
  readonly [T in TraceEntryType]: ObjectShape & {
    readonly properties: Readonly<Record<Exclude<keyof Extract<TraceEntry, { type: T }>, 'type'>, Shape>>;
  };
};

const ENTRIES: EntryShapes = {
  trace: entry('The first line: format, environment and options.', {
    version: { type: 'integer', minimum: TRACE_VERSION, maximum: TRACE_VERSION, description: "The format's version." },
    startedAt: text('The wall clock at the start, ISO 8601.'),
    environment: open('Where the controlling process ran.', {
      precopy: text("precopy's version."),
      node: text("Node's version."),
      kernel: text('Name and release of the kernel.'),
      architecture: text('Of the processor.'),
    }),
    options: open('The options, without secrets.', {
      ...{ source: endpoint, destination: endpoint },
      domain: text('The guest, by name or UUID.'),
      policy: text("The policy's name."),
      ...{ budget, escalate },
      hooks: list('The hooks that were given.', text('A name.')),
    }),
    isAdopted: flag('The job was begun by another process.'),
  }),
  forecast: entry('What was forecast.', { forecast }),
  observer: entry(
    'What an observer outside of both hosts received from the guest, from one beat to a later one.',
    {
      durationMs: amount('Until the last beat in it.'),
      beats: count('So many of them; the one that it begins with is not counted.'),
      workPages: amount('Work that the guest has done in it, in pages or in whatever else it counts.'),
      longestSilenceMs: amount('The longest time from one beat to the next.'),
    },
    'workPages',
  ),
  call: entry(
    'A call into libvirt that has come back.',
    {
      function: text("libvirt's function."),
      side: SIDE,
      durationMs: amount('From the call to its answer.'),
      error: text('Why it failed; absent when it did not.'),
    },
    ...(['side', 'error'] as const),
  ),
  phase: entry('A phase began.', { phase: PHASE }),
  connected: entry('Both hosts are open and the guest is found.', { domain, source: host, destination: host }),
  plan: entry('How the migration is steered, settled just before its start.', {
    policy: text("The policy's name."),
    ...{ situation, settings, can },
    hasMonitor: flag("Whether QEMU's monitor may be used."),
    fixedPauseMs: amount('What a stop costs with nothing left to send, as far as it is known.'),
  }),
  sample: entry(
    'A reading of the job, and how it was set then. Counters are since its start.',
    {
      isSteered: flag('Whether the policy may decide on it.'),
      memoryTotalBytes: amount('Guest memory, all of it.'),
      memoryRemainingBytes: amount('What is left of the pass, and what is known to be dirty.'),
      memoryProcessedBytes: amount('What went over.'),
      sentBytesPerSecond: amount('From the difference to the sample before.'),
      measuredBytesPerSecond: amount("QEMU's own measure of the stream; absent where it had none yet."),
      dirtiedBytesPerSecond: amount("Distinct bytes dirtied per second in QEMU's last period."),
      expectedPauseMs: amount("QEMU's estimate; absent before the first pass is over."),
      throttle: fraction('CPU time taken away by auto-converge.'),
      syncs: count("QEMU's count of dirty-bitmap syncs."),
      diskTotalBytes: amount('Disks that are copied.'),
      diskRemainingBytes: amount('What is left of them.'),
      downtimeLimitMs: amount('The downtime limit in force.'),
      bandwidthBytesPerSecond: amount('The cap on the stream in force; absent when there is none.'),
      postCopyActive: flag('Post-copy was started.'),
      paused: flag('The guest was suspended by an action.'),
      progress: fraction('How far the migration is; never goes back. Absent where nobody told it.'),
      etaMs: amount('Until the guest can be stopped, if nothing changes; absent while that cannot be told.'),
      pace: PACE,
    },
    ...(['measuredBytesPerSecond', 'expectedPauseMs', 'bandwidthBytesPerSecond', 'progress', 'etaMs', 'pace'] as const),
  ),
  pace: entry('The pace is another from here on.', { pace: PACE, was: PACE }),
  host: entry('What a host says of the guest when it is asked, where that is not what it said before.', {
    side: SIDE,
    view: open('What it said.', { seen: choice('Whether it is there.', 'absent', 'present', 'unreachable') }),
  }),
  pass: entry('A true pass began.', { pass: count('Its number, from 1.') }),
  decision: entry(
    'A decision, and what became of it.',
    {
      by: choice('Who decided.', 'policy', 'hook', 'landing', 'hold'),
      action,
      refusal: text('Why libvirt did not take it; absent when it did.'),
    },
    'refusal',
  ),
  guest: entry('A lifecycle event of the guest.', {
    side: SIDE,
    event: text("In libvirt's words."),
    detail: text("In libvirt's words."),
  }),
  qemu: entry(
    "What QEMU says on its monitor of the guest, at QEMU's own stamp.",
    {
      side: SIDE,
      event: text('STOP, RESUME or MIGRATION.'),
      status: text("The migration's, in QEMU's words, like `device`."),
    },
    'status',
  ),
  hold: entry('The switchover is held from here on, or released.', {
    what: choice('Which of them.', 'begin', 'release'),
  }),
  warning: entry('What the caller should know.', { code: text('By which to tell it.'), message: text('In words.') }),
  abort: entry('An abort was asked for.', { reason: text('The first reason given.') }),
  end: entry('How it ended: the last line, unless the run was cut off.', { result }),
};

/** What a line of a trace must look like; the one source of its check and of `trace.schema.json`. */
export const ENTRY_SHAPE: VariantShape = {
  type: 'variant',
  key: 'type',
  of: ENTRIES,
  other: entry('An entry that this version of precopy does not know yet.', {}),
  description: 'A line of a trace.',
};

/** Whether this precopy knows the entry's type: a later one may write others within the same version of the format. */
export function isKnownType(type: string): type is TraceEntryType {
  return Object.hasOwn(ENTRIES, type);
}

/** The JSON Schema (draft 2020-12) of a line of a trace, as published in `trace.schema.json`. */
export function traceSchema(): Record<string, unknown> {
  return {
    $schema: 'https://json-schema.org/draft/2020-12/schema',
    title: `precopy trace, version ${TRACE_VERSION}: one line`,
    ...toJsonSchema(ENTRY_SHAPE),
  };
}
