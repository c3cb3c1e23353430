import { readFileSync } from 'node:fs';
import t from 'tap';
import { EVENT_TABLE } from '../../lib/libvirt/event-table.js';
import { type Group, readDescription } from '../../lib/libvirt/generate/description.js';
import { renderConstants } from '../../lib/libvirt/generate/render.js';
import * as libvirt from '../../lib/libvirt/index.js';
import { JOB_STATS } from '../../lib/libvirt/job-stats.js';
import { MIGRATE_PARAMETERS } from '../../lib/libvirt/migrate-parameters.js';
import { camel } from '../../lib/libvirt/names.js';
import { native } from '../../lib/libvirt/native.js';
import { SAVE_PARAMETERS } from '../../lib/libvirt/save-parameters.js';
import { MEMORY_PARAMETERS, SCHEDULER_PARAMETERS } from '../../lib/libvirt/tunables.js';
import type { ParameterTable } from '../../lib/libvirt/typed-parameters.js';
import { BOUND, LEFT_OUT } from './support/coverage.js';

const read = (name: string) => readFileSync(`/usr/share/libvirt/api/${name}`, 'utf8');
const description = readDescription([read('libvirt-api.xml'), read('libvirt-qemu-api.xml')]);
const group = (name: string): Group => {
  const found = description.groups.find((candidate) => candidate.name === name);
  if (found === undefined) throw new Error(`no ${name} in libvirt's API description`);
  return found;
};

/** The release whose description the generated file and the tables were made from. */
const GENERATED_FROM = 11_003_000;
const { number: installed, text: version } = await libvirt.getVersion();

const generated: Readonly<Record<string, unknown>> = { ...libvirt };
const valuesOf = (name: string): Readonly<Record<string, unknown>> => {
  const values = generated[name];
  return typeof values === 'object' && values !== null ? { ...values } : {};
};

t.test(`every constant of the installed libvirt (${version}) is there, with its value`, async (t) => {
  const missing = description.groups.flatMap(({ name, constants }) =>
    constants.filter(({ member, value }) => valuesOf(name)[member] !== value).map((constant) => constant.name),
  );
  t.same(missing, [], 'run `npm run generate` for these');
});

t.test(
  'the generated file is what the generator makes',
  { skip: installed !== GENERATED_FROM && version },
  async (t) => {
    const text = readFileSync(new URL('../../../lib/libvirt/constants.generated.ts', import.meta.url), 'utf8');
    t.equal(text === renderConstants(description.groups), true, 'no difference; otherwise run `npm run generate`');
  },
);

t.test('a constant that libvirt adds is noticed by its name', async (t) => {
  const added = read('libvirt-api.xml').replace(
    /<enum name='VIR_MIGRATE_LIVE'[^>]*>/,
    (line) =>
      `${line}<enum name='VIR_MIGRATE_NEWS' file='libvirt-domain' value='4194304' type='virDomainMigrateFlags'/>`,
  );
  const flags = readDescription([added]).groups.find(({ name }) => name === 'DomainMigrateFlags');
  const unknown = flags?.constants.filter(({ member }) => !(member in libvirt.DomainMigrateFlags));
  t.match(unknown, [{ name: 'VIR_MIGRATE_NEWS', member: 'NEWS', value: 4194304 }]);
});

const tables: Array<[groupName: string, table: ParameterTable]> = [
  ['MigrateParam', MIGRATE_PARAMETERS],
  ['JobStat', JOB_STATS],
  ['SaveParam', SAVE_PARAMETERS],
  ['SchedulerParam', SCHEDULER_PARAMETERS],
  ['MemoryParam', MEMORY_PARAMETERS],
];

for (const [name, table] of tables) {
  t.test(`${name}: every parameter has a field, and says truly since when`, async (t) => {
    const fields = Object.values(table);
    const constants = group(name).constants;
    const known = new Map(fields.map(({ key, since }) => [key, since]));
    t.same(
      constants.filter(({ value }) => !known.has(String(value))).map((constant) => constant.name),
      [],
    );
    t.same(
      constants.filter(({ value, since }) => known.get(String(value)) !== since).map((constant) => constant.name),
      [],
    );
    t.equal(new Set(fields.map(({ key }) => key)).size, fields.length, 'no key twice');
    if (installed >= GENERATED_FROM) {
      const described = new Set(constants.map(({ value }) => value));
      t.same(
        fields.filter(({ key }) => !described.has(key)),
        [],
        'and nothing that libvirt has not',
      );
    }
  });
}

t.test('the types of the migration parameters are those that libvirt describes', async (t) => {
  const text = read('libvirt-api.xml');
  for (const { key, type } of Object.values(MIGRATE_PARAMETERS)) {
    const macro = new RegExp(`string='${key.replaceAll('.', '\\.')}'[^>]*>\\s*<info>(.*?)</info>`, 's').exec(text)?.[1];
    const described = /VIR_TYPED_PARAM_([A-Z]+)/.exec(macro ?? '')?.[1];
    if (described !== undefined) t.equal(type, described.toLowerCase(), key);
  }
});

t.test('every event has an entry under its name', async (t) => {
  const table = Object.entries(EVENT_TABLE).map(([name, { id, since }]) => `${name} ${id} ${since}`);
  const described = group('DomainEventID').constants.map(
    ({ member, value, since }) => `${camel(member)} ${value} ${since}`,
  );
  t.same(
    described.filter((entry) => !table.includes(entry)),
    [],
  );
});

t.test('every function of connections and domains is bound, or left out for a reason', async (t) => {
  const files = new Set(['libvirt-domain', 'libvirt-host', 'libvirt-qemu']);
  const ours = description.functions.filter(
    ({ name, file }) =>
      files.has(file) && /^vir(Connect|Domain|Node|Get)[A-Z]/.test(name) && !/Func$|Callback$/.test(name),
  );
  const decided = new Set([...Object.keys(BOUND), ...Object.keys(LEFT_OUT)]);
  t.same(
    ours.filter(({ name }) => !decided.has(name)).map(({ name }) => name),
    [],
    'decide about these in coverage.ts',
  );
  const exported: object = native();
  t.same(
    Object.entries(BOUND)
      .filter(([, ours]) => !(ours in exported))
      .map(([name]) => name),
    [],
    'bound, and not there',
  );
  t.same(
    Object.keys(BOUND).filter((name) => name in LEFT_OUT),
    [],
    'both',
  );
});
