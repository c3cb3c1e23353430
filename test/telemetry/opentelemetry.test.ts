import { context, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api';
import { AsyncLocalStorageContextManager } from '@opentelemetry/context-async-hooks';
import { BasicTracerProvider, InMemorySpanExporter, SimpleSpanProcessor } from '@opentelemetry/sdk-trace-base';
import { type Test, test } from 'tap';
import { migrate } from '../../lib/migration/index.js';
import { type SpansOptions, traceSpans } from '../../lib/telemetry/opentelemetry.js';
import { refused } from './refused.js';

/** A real provider that keeps its spans; what is traced ends with the test. */
function provide(t: Test, options: SpansOptions = {}) {
  const exporter = new InMemorySpanExporter();
  const provider = new BasicTracerProvider({ spanProcessors: [new SimpleSpanProcessor(exporter)] });
  const tracer = provider.getTracer('test');
  context.setGlobalContextManager(new AsyncLocalStorageContextManager().enable());
  const stop = traceSpans({ tracer, ...options });
  t.teardown(async () => {
    stop();
    context.disable();
    await provider.shutdown();
  });
  return { exporter, tracer, stop };
}

test('a migration is a span below its caller, with a span for each phase', async (t) => {
  const { exporter, tracer } = provide(t);
  const caller = tracer.startSpan('evacuation');
  const result = await context.with(trace.setSpan(context.active(), caller), () => migrate(refused).outcome);
  caller.end();
  const spans = exporter.getFinishedSpans();
  const whole = spans.find(({ name }) => name === 'precopy.migration');
  t.equal(whole?.parentSpanContext?.spanId, caller.spanContext().spanId);
  t.match(whole?.status, { code: SpanStatusCode.ERROR, message: result.error?.message });
  t.match(whole?.attributes, { 'precopy.domain': 'test', 'precopy.outcome': 'failed', 'precopy.owner': result.owner });
  const phases = spans.filter(({ name }) => name.startsWith('precopy.phase '));
  t.same(
    phases.map(({ name }) => name),
    result.phases.map(({ phase }) => `precopy.phase ${phase}`),
  );
  for (const phase of phases) t.equal(phase.parentSpanContext?.spanId, whole?.spanContext().spanId);
});

test('calls are spans below the phase that they are made in, if that is wanted', async (t) => {
  const { exporter } = provide(t, { calls: true });
  await migrate(refused).outcome;
  const spans = exporter.getFinishedSpans();
  const opened = spans.filter(({ name }) => name === 'virConnectOpen');
  const connect = spans.find(({ name }) => name === 'precopy.phase connect');
  t.ok(opened.length >= 4, 'two connections to each host');
  for (const span of opened) {
    t.equal(span.parentSpanContext?.spanId, connect?.spanContext().spanId);
    t.match(span, { kind: SpanKind.CLIENT, attributes: { 'precopy.uri': 'test:///default' } });
  }
});

test('when it is stopped nothing is traced any more', async (t) => {
  const { exporter, stop } = provide(t, { calls: true });
  stop();
  await migrate(refused).outcome;
  t.same(exporter.getFinishedSpans(), []);
});
