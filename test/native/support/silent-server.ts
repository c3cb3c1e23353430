import { mkdtempSync, rmSync } from 'node:fs';
import { createServer, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A UNIX socket that accepts and says nothing: an open blocks on it until release() or dispose. */
export interface SilentServer extends AsyncDisposable {
  readonly socketPath: string;
  /** How many have connected. */
  readonly count: number;
  release(): void;
}

export async function silentServer(): Promise<SilentServer> {
  const folder = mkdtempSync(join(tmpdir(), 'precopy-silent-'));
  const socketPath = join(folder, 'socket');
  const sockets: Socket[] = [];
  const server = createServer((socket) => sockets.push(socket.on('error', () => undefined)));
  await new Promise<void>((resolve) => server.listen(socketPath, resolve));
  const release = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  return {
    socketPath,
    get count() {
      return sockets.length;
    },
    release,
    async [Symbol.asyncDispose]() {
      release();
      await new Promise((resolve) => server.close(resolve));
      rmSync(folder, { recursive: true, force: true });
    },
  };
}
