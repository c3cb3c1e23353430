import { once } from 'node:events';
import type { Host } from '../../lib/lab/index.js';

const PORT = 5001;

const RECEIVER = `
const server = require('node:net').createServer((socket) => {
  let bytes = 0, startNs;
  socket.on('data', (chunk) => { startNs ??= process.hrtime.bigint(); bytes += chunk.length; });
  socket.on('end', () => { console.log(bytes * 8e9 / Number(process.hrtime.bigint() - startNs)); server.close(); socket.end(); });
});
server.listen(${PORT}, () => console.log('ready'));`;

const SENDER = `
const [address, bytes] = process.argv.slice(1);
const chunk = Buffer.alloc(1 << 20);
const socket = require('node:net').connect({ host: address, port: ${PORT} }, () => {
  let left = Number(bytes);
  const send = () => { while (left > 0) { left -= chunk.length; if (!socket.write(chunk)) return socket.once('drain', send); } socket.end(); };
  send();
});
socket.resume();`;

/** Sends so many bytes over one TCP connection on the migration link and gives the rate at which they arrived, in bits per second. */
export async function transferRate(from: Host, to: Host, bytes: number): Promise<number> {
  const receiver = await to.spawn([process.execPath, '-e', RECEIVER], { stdio: ['ignore', 'pipe', 'inherit'] });
  const output = receiver.stdout;
  if (output === null) throw new TypeError('The receiver has no output.');
  let text = '';
  output.setEncoding('utf8').on('data', (chunk: string) => {
    text += chunk;
  });
  while (!text.includes('ready')) await once(output, 'data');
  const sent = await from.exec([process.execPath, '-e', SENDER, to.address('migration'), String(bytes)]);
  if (sent.exitCode !== 0) throw new Error(sent.stderr);
  if (receiver.exitCode === null) await once(receiver, 'exit');
  return Number(text.split('\n')[1]);
}

/** Whether a TCP connection to a port that listens comes about within two seconds. */
export async function canConnect(from: Host, address: string, port: number): Promise<boolean> {
  const program = `
    const socket = require('node:net').connect({ host: '${address}', port: ${port}, timeout: 2000 });
    socket.on('connect', () => process.exit(0)).on('error', () => process.exit(1)).on('timeout', () => process.exit(2));`;
  const { exitCode } = await from.exec([process.execPath, '-e', program]);
  return exitCode === 0;
}
