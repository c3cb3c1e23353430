import type { Domain } from '../libvirt/index.js';
import { DOWNTIME_LIMIT_MS, LandingGear } from '../policy/index.js';
import type { AbortRequest } from './abort.js';
import { Actuators } from './actuators.js';
import type { Clock } from './clock.js';
import { Conductor } from './conductor.js';
import type { Course } from './course.js';
import type { MigrationPlan } from './events.js';
import { Gate } from './gate.js';
import { guestHistoryOf } from './history.js';
import type { HookRunner } from './hook-runner.js';
import type { ResolvedOptions } from './options.js';
import type { Reporter } from './reporter.js';
import { Steering } from './steering.js';
import { takeOver } from './takeover.js';

/** What a run has when it comes to its job. */
export interface Ingredients {
  options: ResolvedOptions;
  guest: Domain;
  /** The same on a connection that stands. */
  revived: () => Promise<Domain>;
  plan: MigrationPlan;
  hooks: HookRunner;
  abort: AbortRequest;
  reporter: Reporter;
  clock: Clock;
  /** Where another process has made the call. */
  course: Course | undefined;
}

/** Puts together what steers a job: the policy's view of it, the actuators, the gate and the landing. */
export function assembleConductor(ingredients: Ingredients): Conductor {
  const { options, guest, revived, plan, hooks, abort, reporter, clock, course } = ingredients;
  const { policy, budget, escalate, deadlines, transport, switchoverAt } = options;
  const { settings, can, fixedPauseMs } = plan;
  const atMs = () => clock.atMs();
  const actuators = new Actuators(revived, deadlines.callMs, can, transport.bandwidthBytesPerSecond);
  const gate = new Gate(actuators, atMs, budget.pauseMs ?? DOWNTIME_LIMIT_MS.default);
  if (hooks.has('beforeSwitchover') || switchoverAt !== undefined) gate.arm();
  const atFirst = async () => {
    if (course !== undefined)
      return abort.isAsked ? [] : takeOver(actuators, course.lifts, (note) => reporter.warn(note));
    await actuators.confirmDowntimeLimit();
    return [];
  };
  const looks = course === undefined ? (can.autoConverge ? 'from-start' : 'never') : 'unknown';
  return new Conductor({
    ...{ actuators, gate, switchoverAt, atMs, hooks, abort, atFirst },
    landing: new LandingGear(settings.softLanding ?? false, guestHistoryOf(guest.uuid)?.wasBusy),
    steering: new Steering({ policy, budget, escalate, can, fixedPauseMs, looks }),
    handlers: {
      onDecision: (decision) => reporter.tell({ type: 'decision', ...decision }),
      onNote: (note) => reporter.warn(note),
      onPass: (pass, passAtMs) => reporter.tell({ type: 'pass', atMs: passAtMs, pass }),
      onFailure: ({ message }) => {
        reporter.warn({ code: 'steering-failed', message: `The migration is not steered any more: ${message}` });
        abort.ask(`it cannot be steered: ${message}`);
      },
      onHold: (what) => reporter.tell({ type: 'hold', atMs: atMs(), what }),
    },
  });
}
