import { setTimeout as delay } from 'node:timers/promises';
import { test } from 'tap';
import { Lab } from '../../lib/lab/index.js';
import { useOwnState } from '../lab/lab-state.js';
import { canConnect, transferRate } from '../lab/lab-transfer.js';

const MEGABYTE = 1e6;
const LIBVIRT_PORT = 16509;

test('the link carries what it is shaped to', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start({ link: { bitsPerSecond: 1e9 } });
  const [a, b] = [lab.host('a'), lab.host('b')];

  const wide = await transferRate(a, b, 100 * MEGABYTE);
  t.comment(`1 Gbit/s of frames carry ${Math.round(wide / 1e6)} Mbit/s of data`);
  await lab.link.shape({ bitsPerSecond: 100e6 });
  const narrow = await transferRate(a, b, 10 * MEGABYTE);
  t.comment(`100 Mbit/s of frames carry ${Math.round(narrow / 1e6)} Mbit/s of data`);
  t.ok(wide / narrow > 2, `a tenth of the width is much slower (${(wide / narrow).toFixed(1)})`);
  t.ok(narrow < 100e6, 'and never more than allowed');

  await t.test('in one direction alone, for one host alone', async (t) => {
    await lab.link.shape({ bitsPerSecond: 500e6 });
    await lab.link.shape({ bitsPerSecond: 50e6, host: 'b' });
    const [there, back] = [await transferRate(a, b, 20 * MEGABYTE), await transferRate(b, a, 5 * MEGABYTE)];
    t.ok(there / back > 2, `a to b is wide, b to a narrow (${(there / back).toFixed(1)})`);

    await lab.link.shape({ bitsPerSecond: 500e6 });
    await lab.link.shape({ bitsPerSecond: 50e6, host: 'b', direction: 'ingress' });
    const [narrowed, free] = [await transferRate(a, b, 5 * MEGABYTE), await transferRate(b, a, 20 * MEGABYTE)];
    t.ok(free / narrowed > 2, `what comes to b is slow, what leaves it is not (${(free / narrowed).toFixed(1)})`);
  });

  await t.test('a transfer under way goes on when the link becomes slower', async (t) => {
    await lab.link.shape({ bitsPerSecond: 1e9 });
    const transfer = transferRate(a, b, 100 * MEGABYTE);
    await delay(400);
    await lab.link.shape({ bitsPerSecond: 200e6 });
    t.ok((await transfer) < wide, 'it came to its end, and took longer');
  });

  await t.test('and all the machine can without a shape', async (t) => {
    await lab.link.unshape();
    const free = await transferRate(a, b, 200 * MEGABYTE);
    t.ok(free > wide, `${Math.round(free / 1e6)} Mbit/s`);
  });

  await t.test('latency where the kernel can delay, one clear sentence where it cannot', async (t) => {
    const refusal: unknown = await lab.link
      .shape({ bitsPerSecond: 500e6, latencyMs: 1 })
      .catch((error: unknown) => error);
    if (refusal === undefined) t.comment('this kernel can');
    else t.match(refusal, { code: 'ERR_PRECOPY_LAB_UNSUPPORTED', message: /netem/, remedy: /latencyMs/ });
    t.ok(await transferRate(a, b, MEGABYTE), 'the link works in either case');
  });

  await t.test('impossible shapes are refused by name', async (t) => {
    await t.rejects(lab.link.shape({ bitsPerSecond: 0 }), {
      code: 'ERR_PRECOPY_INVALID_ARGUMENT',
      option: 'bitsPerSecond',
    });
    await t.rejects(lab.link.shape({ bitsPerSecond: 1e9, host: 'z' }), {
      code: 'ERR_PRECOPY_INVALID_ARGUMENT',
      option: 'host',
    });
  });
});

test('a cut loses everything without a word, and can be undone', async (t) => {
  useOwnState(t);
  await using lab = await Lab.start();
  const [a, b] = [lab.host('a'), lab.host('b')];
  const control = b.address('control');
  t.ok(await canConnect(a, control, LIBVIRT_PORT), 'the daemons reach each other');

  await lab.controlLink.cut();
  t.notOk(await canConnect(a, control, LIBVIRT_PORT), 'not over a cut link');
  t.notOk(await canConnect(b, a.address('control'), LIBVIRT_PORT), 'in neither direction');
  t.ok(await transferRate(a, b, MEGABYTE), 'the other link is whole');

  await lab.controlLink.restore();
  t.ok(await canConnect(a, control, LIBVIRT_PORT), 'restored');

  await lab.controlLink.cut({ host: 'b', direction: 'egress' });
  t.notOk(await canConnect(a, control, LIBVIRT_PORT), 'half a cut is enough to stop an answer');
  await lab.controlLink.restore();
  t.ok(await canConnect(a, control, LIBVIRT_PORT));
  await lab.controlLink.restore();
});
