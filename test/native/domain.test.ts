import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import t from 'tap';
import { DomainMetadataType, DomainXMLFlags } from '../../lib/libvirt/index.js';
import { domainXml, openTest } from './support/test-driver.js';

t.test('a domain lives: created, suspended, resumed, destroyed, undefined', async (t) => {
  await using test = await openTest();
  const domain = await test.connection.domainDefineXML(domainXml('life'));
  t.same(await domain.getState(), { state: 'shutoff', reason: 'unknown' });
  t.equal(await domain.getID(), undefined);
  t.equal(await domain.isPersistent(), true);
  await domain.create();
  t.same(await domain.getState(), { state: 'running', reason: 'booted' });
  t.equal(await domain.isActive(), true);
  await domain.suspend();
  t.same(await domain.getState(), { state: 'paused', reason: 'user' });
  await t.rejects(domain.suspend(), { code: 'VIR_ERR_OPERATION_INVALID' });
  await domain.resume();
  t.same(await domain.getState(), { state: 'running', reason: 'unpaused' });
  await domain.reboot();
  await domain.destroy();
  t.same(await domain.getState(), { state: 'shutoff', reason: 'destroyed' });
  await domain.undefine();
  await t.rejects(domain.getState(), { code: 'VIR_ERR_NO_DOMAIN' });
});

t.test('it can be read', async (t) => {
  await using test = await openTest();
  const { domain } = test;
  t.match(await domain.getInfo(), { state: 'running', maxMemoryKibibytes: 8388608, virtualCpus: 2 });
  t.match(await domain.getXMLDesc(DomainXMLFlags.INACTIVE), /<name>test<\/name>/);
  t.equal(await domain.getOSType(), 'linux');
  t.equal(await domain.getVcpus(), 2);
  t.match(await domain.getControlInfo(), { state: 'ok' });
  t.equal(await domain.getAutostart(), false);
  await domain.setAutostart(true);
  t.equal(await domain.getAutostart(), true);
  t.match(await domain.getStats(), { values: { 'state.state': 1 }, dirtyRate: undefined });
  const [all] = await test.connection.getAllDomainStats();
  t.equal(all?.domain.uuid, domain.uuid);
});

t.test('its memory limits and metadata can be set, and come back under their names', async (t) => {
  await using test = await openTest();
  const { domain } = test;
  await domain.setMemoryParameters({ hardLimitKibibytes: 123456 });
  t.match(await domain.getMemoryParameters(), { hardLimitKibibytes: 123456 });
  await t.rejects(domain.setMemoryParameters({ hardLimitKibibytes: -1 }), { name: 'InvalidArgumentError', option: 'parameters.hardLimitKibibytes' });
  await t.rejects(domain.setMemoryParameters({ wrong: 1 } as never), { name: 'InvalidArgumentError', option: 'parameters.wrong' });
  await domain.setMetadata(DomainMetadataType.TITLE, 'a title');
  t.equal(await domain.getMetadata(DomainMetadataType.TITLE), 'a title');
  await domain.setMetadata(DomainMetadataType.TITLE, null);
  await t.rejects(domain.getMetadata(DomainMetadataType.TITLE), { code: 'VIR_ERR_NO_DOMAIN_METADATA' });
});

t.test('it can be saved to a file and restored from it', async (t) => {
  const folder = mkdtempSync(join(tmpdir(), 'precopy-save-'));
  t.teardown(() => rmSync(folder, { recursive: true }));
  await using test = await openTest();
  const { connection, domain } = test;
  const file = join(folder, 'image');
  await domain.save(file);
  t.match(await domain.getState(), { state: 'shutoff', reason: 'saved' });
  await connection.domainRestore(file);
  t.match(await (await connection.domainLookupByName('test')).getState(), { state: 'running' });
  await (await connection.domainLookupByName('test')).saveParams({ file });
  await connection.domainRestoreParams({ file });
  t.match(await connection.domainSaveImageGetXMLDesc(file), /<name>test/);
  const restored = await connection.domainLookupByName('test');
  await restored.managedSave();
  t.equal(await restored.hasManagedSaveImage(), true);
  await restored.managedSaveRemove();
  t.equal(await restored.hasManagedSaveImage(), false);
});

t.test('what a driver has not is a typed error', async (t) => {
  await using test = await openTest();
  const { connection, domain } = test;
  await t.rejects(domain.getJobStats(), { code: 'VIR_ERR_NO_SUPPORT' });
  await t.rejects(domain.migrateToURI3('qemu+tcp://127.0.0.1:1/system'), { code: 'VIR_ERR_NO_SUPPORT' });
  await t.rejects(domain.migrate3(connection), { name: 'LibvirtError' });
  await t.rejects(domain.migrateSetMaxDowntime(50), { code: 'VIR_ERR_NO_SUPPORT' });
  await t.rejects(domain.migrateSetMaxSpeed(50), { code: 'VIR_ERR_NO_SUPPORT' });
  await t.rejects(domain.abortJob(), { code: 'VIR_ERR_NO_SUPPORT' });
});
