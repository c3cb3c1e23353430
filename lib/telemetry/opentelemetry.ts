import { AsyncLocalStorage } from 'node:async_hooks';
import { tracingChannel } from 'node:diagnostics_channel';
import { type Attributes, context, type Span, SpanKind, SpanStatusCode, type Tracer, trace } from '@opentelemetry/api';
import type { CallTrace } from '../libvirt/index.js';
import {
  MIGRATION_CHANNEL,
  type MigrationEvent,
  type MigrationResult,
  type MigrationTrace,
} from '../migration/index.js';
import { onCalls, onEvents } from './subscriptions.js';

/** Options of {@link traceSpans}. */
export interface SpansOptions {
  /** Who makes the spans. Default: the global provider's tracer `precopy`. */
  tracer?: Tracer;
  /** A span for each call into libvirt as well: tens of them a second while a migration runs. Default false. */
  calls?: boolean;
}

/** The spans of one migration. */
interface Spans {
  readonly startedAtMs: number;
  readonly whole: Span;
  phase: Span;
}

/**
 * Makes OpenTelemetry spans of the migrations of this process that begin from now on: `precopy.migration`, below the span that is active where
 * `migrate()` is called; a child `precopy.phase <phase>` for each phase; and with `calls` one below these for each call into libvirt, by the
 * function's name. Passes, decisions, holds, changes of pace, aborts and warnings are events of the migration's span. Its status is an error
 * unless the guest has arrived. Attributes begin with `precopy.` and are named as in the result.
 *
 * ```ts
 * import { traceSpans } from 'precopy/opentelemetry';
 *
 * traceSpans();
 * ```
 *
 * @returns what ends that; migrations that are under way then are not followed any further
 */
export function traceSpans({ tracer = trace.getTracer('precopy'), calls = false }: SpansOptions = {}): () => void {
  const known = new WeakMap<MigrationTrace, Spans>();
  const within = new AsyncLocalStorage<Spans>();
  const begin = (migration: MigrationTrace): Spans => {
    const startedAtMs = Date.now();
    const { id, domain, source, destination, adopted, mode } = migration;
    const attributes = prefixed({ id, domain, source, destination, adopted, mode });
    const whole = tracer.startSpan('precopy.migration', { startTime: startedAtMs, attributes });
    const spans = { startedAtMs, whole, phase: whole };
    known.set(migration, spans);
    return spans;
  };
  const { start } = tracingChannel<Spans, MigrationTrace>(MIGRATION_CHANNEL);
  start.bindStore(within, begin);

  const note = ({ migration, event }: { migration: MigrationTrace; event: MigrationEvent }): void => {
    const spans = known.get(migration);
    spans?.whole.addEvent(event.type, aboutEvent(event), spans.startedAtMs + event.atMs);
  };
  const endEvents = onEvents({
    ...{ pass: note, decision: note, hold: note, pace: note, abort: note, warning: note },
    phase: ({ migration, event: { phase, atMs } }) => {
      const spans = known.get(migration);
      if (spans === undefined) return;
      const startTime = spans.startedAtMs + atMs;
      if (spans.phase !== spans.whole) spans.phase.end(startTime);
      spans.phase = tracer.startSpan(
        `precopy.phase ${phase}`,
        { startTime },
        trace.setSpan(context.active(), spans.whole),
      );
    },
    end: ({ migration, event: { result, atMs } }) => {
      const spans = known.get(migration);
      if (spans === undefined) return;
      const { whole, phase, startedAtMs } = spans;
      if (phase !== whole) phase.end(startedAtMs + atMs);
      whole.setAttributes(aboutResult(result));
      if (result.error !== undefined) {
        whole.recordException(result.error, startedAtMs + atMs);
        whole.setStatus({ code: SpanStatusCode.ERROR, message: result.error.message });
      }
      whole.end(startedAtMs + atMs);
    },
  });
  const endCalls = calls ? spanCalls(tracer, within) : () => {};
  return () => {
    start.unbindStore(within);
    endEvents();
    endCalls();
  };
}

/** A span for each call: below the phase of the migration that it is made for, or below the span that is active. */
function spanCalls(tracer: Tracer, within: AsyncLocalStorage<Spans>): () => void {
  const spans = new WeakMap<CallTrace, Span>();
  return onCalls({
    started: (call) => {
      const phase = within.getStore()?.phase;
      const parent = phase === undefined ? context.active() : trace.setSpan(context.active(), phase);
      const attributes = prefixed({ uri: call.uri, domain: call.domain?.name });
      spans.set(call, tracer.startSpan(call.function, { kind: SpanKind.CLIENT, attributes }, parent));
    },
    ended: (call) => {
      const span = spans.get(call);
      if (call.error instanceof Error) {
        span?.recordException(call.error);
        span?.setStatus({ code: SpanStatusCode.ERROR, message: call.error.message });
      }
      span?.end();
    },
  });
}

/** What of an event can be an attribute, with what is nested in it one level down: `precopy.action.kind`. */
function aboutEvent({ type: _type, atMs: _atMs, ...event }: MigrationEvent): Attributes {
  const flat = Object.entries(event).flatMap(([name, value]): [string, unknown][] =>
    typeof value === 'object' && value !== null
      ? Object.entries(value).map(([inner, nested]) => [`${name}.${inner}`, nested])
      : [[name, value]],
  );
  return prefixed(Object.fromEntries(flat));
}

function aboutResult(result: MigrationResult): Attributes {
  const { outcome, owner, control, safety, totalMs, passes, sentBytes, pause, hold, abort, domain } = result;
  return prefixed({
    ...{ outcome, owner, control, safety, totalMs, passes, sentBytes, hold, 'domain.uuid': domain.uuid },
    ...{ 'pause.observedMs': pause.observedMs, 'pause.qemuMs': pause.qemuMs, 'pause.outsideMs': pause.outsideMs },
    'abort.outcome': abort?.outcome,
  });
}

/** Only what an attribute can be: text, numbers, yes or no. */
function prefixed(values: Readonly<Record<string, unknown>>): Attributes {
  const attributes: Attributes = {};
  for (const [name, value] of Object.entries(values)) {
    if (typeof value === 'string' || typeof value === 'number' || typeof value === 'boolean') {
      attributes[`precopy.${name}`] = value;
    }
  }
  return attributes;
}
