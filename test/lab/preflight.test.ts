import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { type FindingCode, migrate, type PreflightReport, preflight } from '../../lib/migration/index.js';
import { moveOptions, startWriter } from './moving.js';
import { idleDomain, shell, startIdle } from './preflight-domain.js';

const codesOf = ({ findings }: PreflightReport, severity = 'error'): FindingCode[] =>
  findings.filter((found) => found.severity === severity).map(({ code }) => code);

/** A file below a directory that each host of a lab has for itself. */
const OWN_FILE = '/var/lib/libvirt/own.raw';

const fileDisk = (path: string, target = 'vda', rest = ''): string =>
  `<disk type='file' device='disk'><driver name='qemu' type='raw' cache='none'/><source file='${path}'/><target dev='${target}' bus='virtio'/>${rest}</disk>`;

const bridge = (name: string): string =>
  `<interface type='bridge'><source bridge='${name}'/><model type='virtio'/></interface>`;

test('one lab, and what preflight finds in it', async (t) => {
  await using lab = await Lab.start({ hosts: 2, link: { bitsPerSecond: 1e9 } });
  const [a, b] = [lab.host('a'), lab.host('b')];

  await t.test(
    'nothing stands in the way of a guest that can be moved, nor a disk that both hosts reach',
    async (t) => {
      const disk = await lab.createDisk({ sizeBytes: 1024 ** 2 });
      await startIdle(a, { name: 'clean', devices: disk.xml() + bridge('guests') });
      const report = await preflight(moveOptions('clean', a, b));
      t.equal(report.ok, true);
      t.same(
        report.findings.map(({ code }) => code),
        ['migration-port-unproven'],
      );
      t.same(report.facts.gaps, [], 'every question was answered');
      t.match(report.facts, {
        ...{ state: { state: 'running' }, job: { type: 'none' }, cpu: { result: 'superset' }, sameUuid: null },
        source: { hostname: 'a' },
        destination: { hostname: 'b', migrationSchemes: ['tcp', 'rdma'] },
      });
      const { outcome } = await migrate(moveOptions('clean', a, b));
      t.equal(outcome, 'completed', 'and so it is');
    },
  );

  await t.test('the same host twice, and a guest that is not there', async (t) => {
    const report = await preflight({ ...moveOptions('nobody', a, b), destination: a.endpoint });
    t.same(codesOf(report), ['same-host', 'domain-not-found']);
  });

  await t.test('the UUID is active on the destination, and so is the name', async (t) => {
    const { uuid } = await startIdle(a, { name: 'twin' });
    await startIdle(b, { name: 'twin', uuid });
    t.same(codesOf(await preflight(moveOptions('twin', a, b))), ['domain-exists']);

    await startIdle(a, { name: 'namesake' });
    await startIdle(b, { name: 'namesake' });
    t.same(codesOf(await preflight(moveOptions('namesake', a, b))), ['name-taken']);
    t.same(codesOf(await preflight({ ...moveOptions('namesake', a, b), destinationName: 'other' })), []);
  });

  await t.test('definitions that do not run', async (t) => {
    await using there = await b.connect();
    const one = await startIdle(a, { name: 'defined' });
    const definition = await there.domainDefineXML(idleDomain({ name: 'defined', uuid: one.uuid }));
    const harmless = await preflight(moveOptions('defined', a, b));
    t.match(harmless.findings, [{ code: 'definition-on-destination' }, { code: 'migration-port-unproven' }]);
    await definition.undefine();

    const other = await startIdle(a, { name: 'renamed' });
    await there.domainDefineXML(idleDomain({ name: 'older-name', uuid: other.uuid }));
    t.same(codesOf(await preflight(moveOptions('renamed', a, b))), ['uuid-taken']);
    t.same(codesOf(await preflight(moveOptions('older-name', b, a))), ['domain-not-running', 'domain-exists']);
  });

  await t.test('a local disk, missing on the destination or there by the same name', async (t) => {
    await shell(a, `truncate -s 1M ${OWN_FILE}`);
    await startIdle(a, { name: 'local', devices: fileDisk(OWN_FILE) });
    const missing = await preflight(moveOptions('local', a, b));
    t.match(missing.findings[0], { code: 'disk-not-shared', severity: 'error', side: 'destination' });
    t.equal((await preflight({ ...moveOptions('local', a, b), copyDisks: ['vda'] })).ok, true);
    t.equal((await preflight({ ...moveOptions('local', a, b), allow: ['disk-not-shared'] })).ok, true);

    await shell(b, `truncate -s 1M ${OWN_FILE}`);
    const namesake = await preflight(moveOptions('local', a, b));
    t.equal(namesake.ok, true);
    t.same(codesOf(namesake, 'warning'), ['disk-sharing-unproven']);
    const { error } = await migrate(moveOptions('local', a, b)).outcome;
    t.match(error, { message: /shared storage/, owner: 'source' }, 'libvirt looks at the file system');
    await shell(b, `rm ${OWN_FILE}`);
  });

  await t.test('a bridge that the destination lacks, as libvirt finds as well', async (t) => {
    await shell(a, 'ip link add only-here type bridge && ip link set only-here up');
    await startIdle(a, { name: 'bridged', devices: bridge('only-here') });
    const report = await preflight(moveOptions('bridged', a, b));
    t.match(report.findings[0], { code: 'bridge-missing', message: /no bridge only-here on the destination \(b\)/ });
    const refused = await migrate(moveOptions('bridged', a, b)).outcome;
    t.match(refused, { outcome: 'failed', owner: 'source', error: { code: 'ERR_PRECOPY_BRIDGE_MISSING' } });
    const { error } = await migrate({ ...moveOptions('bridged', a, b), allow: ['bridge-missing'] }).outcome;
    t.match(error, { message: /only-here/, owner: 'source', code: 'ERR_PRECOPY_MIGRATION_FAILED' });
    await shell(b, 'ip link add only-here type bridge');
    t.equal((await preflight(moveOptions('bridged', a, b))).ok, true);
  });

  await t.test('an emulator that only the source has, and one that lacks the machine type', async (t) => {
    const emulator = '/var/lib/libvirt/emulator';
    await shell(a, `ln -s /usr/bin/qemu-system-x86_64 ${emulator}`);
    await startIdle(a, { name: 'special', emulator });
    const report = await preflight(moveOptions('special', a, b));
    t.match(report.findings[0], { code: 'emulator-missing', message: /\/var\/lib\/libvirt\/emulator/ });

    const { xml } = await startIdle(a, { name: 'ancient' });
    const destinationXml = xml.replace(/machine='[^']*'/, "machine='pc-i440fx-1.0'");
    const ancient = await preflight({ ...moveOptions('ancient', a, b), destinationXml });
    t.match(ancient.findings[0], { code: 'machine-type-missing', message: /pc-i440fx-1\.0/ });
  });

  await t.test('more memory, and a better CPU, than the destination has', async (t) => {
    const { xml } = await startIdle(a, { name: 'huge' });
    const destinationXml = xml
      .replace(/<memory unit='KiB'>\d+/, "<memory unit='TiB'>64")
      .replace(/<model fallback='forbid'>\w+/, "<model fallback='forbid'>Skylake-Server");
    const report = await preflight({ ...moveOptions('huge', a, b), destinationXml });
    t.same(codesOf(report), ['cpu-incompatible', 'not-enough-memory']);
    t.match(report.findings[0], { message: /features/ }, 'says which features are missing');
    const allowed = await preflight({
      ...moveOptions('huge', a, b),
      destinationXml,
      allow: ['cpu-incompatible', 'not-enough-memory'],
    });
    t.same([allowed.ok, codesOf(allowed, 'warning')], [true, ['cpu-incompatible', 'not-enough-memory']]);
  });

  await t.test('a guest that is paused, and a guest with snapshots', async (t) => {
    await using here = await a.connect();
    await startIdle(a, { name: 'paused' });
    await (await here.domainLookupByName('paused')).suspend();
    const report = await preflight(moveOptions('paused', a, b));
    t.same([report.ok, codesOf(report, 'info')], [true, ['paused', 'migration-port-unproven']]);

    const image = '/var/lib/libvirt/snapshot.qcow2';
    await shell(a, `qemu-img create -q -f qcow2 ${image} 1M`);
    await startIdle(a, { name: 'snapped', devices: fileDisk(image).replace("'raw'", "'qcow2'") });
    await shell(
      a,
      'virsh --quiet snapshot-create-as snapped one --disk-only --diskspec vda,file=/var/lib/libvirt/snapshot.one',
    );
    const snapped = await preflight(moveOptions('snapped', a, b));
    t.same(codesOf(snapped), ['has-snapshots', 'disk-not-shared', 'disk-missing'], 'its disk has a backing file now');
  });

  await t.test('a guest that is migrating', async (t) => {
    const guest = await startWriter(lab, 'busy');
    const migration = migrate({
      ...moveOptions('busy', a, b),
      transport: { ...moveOptions('busy', a, b).transport, bandwidthBytesPerSecond: 1024 ** 2 },
    });
    await new Promise((resolve) => migration.once('sample', resolve));
    const report = await preflight(moveOptions('busy', a, b));
    t.same(codesOf(report), ['already-migrating', 'domain-exists']);
    migration.abort('the test is over');
    t.equal((await migration.outcome).outcome, 'cancelled');
    await guest.destroy();
  });

  await t.test('several problems at once, and all of them are told', async (t) => {
    await using there = await b.connect();
    await there.domainCreateXML(idleDomain({ name: 'unlucky' }));
    const file = '/var/lib/libvirt/unlucky.raw';
    await shell(a, `truncate -s 1M ${file}`);
    const devices =
      fileDisk(file, 'vdb', '<shareable/>') +
      bridge('only-there-not') +
      "<filesystem type='mount'><source dir='/tmp'/><target dir='data'/></filesystem>";
    await shell(a, 'ip link add only-there-not type bridge && ip link set only-there-not up');
    await startIdle(a, { name: 'unlucky', emulator: '/var/lib/libvirt/emulator', devices });
    const report = await preflight({
      ...moveOptions('unlucky', a, b),
      transport: { migrateUri: 'tcp://127.0.0.1', tls: true, compression: 'zstd' },
      budget: { pauseMs: 500, totalMs: 100 },
      escalate: ['post-copy'],
      safety: 'strict',
      copyDisks: ['sdx'],
    });
    t.same(codesOf(report), [
      ...['name-taken', 'emulator-missing', 'disk-not-shared', 'copy-disk-unknown', 'device-not-migratable'],
      ...[
        'bridge-missing',
        'migration-address-unusable',
        'tls-not-set-up',
        'tls-not-set-up',
        'transport-contradictory',
      ],
      ...['post-copy-impossible', 'budget-contradictory'],
    ]);
    t.same(codesOf(report, 'warning'), ['direct-control']);
  });

  await t.test(
    'networks of libvirt: without their records nothing is claimed, with them a missing one is an error',
    async (t) => {
      const { xml } = await startIdle(a, { name: 'networked', devices: bridge('guests') });
      const options = {
        ...moveOptions('networked', a, b),
        destinationXml: xml.replace(
          /<interface type='bridge'>([\s\S]*?)<source bridge='guests'\/>/,
          "<interface type='network'>$1<source network='lan'/>",
        ),
      };
      t.same(codesOf(await preflight(options), 'info'), ['network-unproven', 'migration-port-unproven']);
      await shell(b, 'mkdir /run/libvirt/network');
      t.same(codesOf(await preflight(options)), ['network-missing']);
      await shell(b, 'touch /run/libvirt/network/lan.xml');
      t.equal((await preflight(options)).ok, true);
    },
  );

  await t.test('over connections that may only read, what cannot be asked is said', async (t) => {
    await startIdle(a, { name: 'watched', devices: bridge('guests') });
    const options = moveOptions('watched', a, b);
    const readOnly = { source: { ...a.endpoint, readOnly: true }, destination: { ...b.endpoint, readOnly: true } };
    const report = await preflight({ ...options, ...readOnly });
    t.same([report.ok, codesOf(report)], [true, []]);
    t.same(codesOf(report, 'warning'), ['not-checked', 'not-checked', 'not-checked']);
    t.same(codesOf(report, 'info'), ['network-unproven', 'migration-port-unproven']);
    t.ok(report.facts.gaps?.every(({ why }) => /read only/.test(why)));
  });

  await t.test('preflight leaves nothing behind and changes nothing', async (t) => {
    await using there = await b.connect();
    const before = (await there.listAllDomains()).map(({ name }) => name).sort();
    await preflight(moveOptions('bridged', a, b));
    t.same((await there.listAllDomains()).map(({ name }) => name).sort(), before);
  });
});
