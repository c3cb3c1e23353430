/** One entry of an initramfs. */
export type InitramfsEntry =
  | { kind: 'directory'; path: string }
  | { kind: 'file'; path: string; mode: number; content: Buffer }
  | { kind: 'character-device'; path: string; major: number; minor: number };

const TYPE_BITS = { directory: 0o040755, file: 0o100000, 'character-device': 0o020600 };
const TRAILER: InitramfsEntry = { kind: 'file', path: 'TRAILER!!!', mode: 0, content: Buffer.alloc(0) };

/**
 * Writes a cpio archive of the "newc" format, the only one that Linux unpacks as an initramfs
 * (Documentation/driver-api/early-userspace/buffer-format.rst). The same entries give the same bytes.
 */
export function writeInitramfs(entries: readonly InitramfsEntry[]): Buffer {
  return Buffer.concat([...entries, TRAILER].flatMap((entry, index) => writeEntry(entry, index + 1)));
}

function writeEntry(entry: InitramfsEntry, inode: number): Buffer[] {
  const content = entry.kind === 'file' ? entry.content : Buffer.alloc(0);
  const mode = TYPE_BITS[entry.kind] | (entry.kind === 'file' ? entry.mode : 0);
  const [major, minor] = entry.kind === 'character-device' ? [entry.major, entry.minor] : [0, 0];
  const name = Buffer.from(`${entry.path}\0`);
  // inode, mode, user, group, links, time, size, device (2), device it stands for (2), name size, checksum
  const fields = [inode, mode, 0, 0, 1, 0, content.length, 0, 0, major, minor, name.length, 0];
  const header = Buffer.from(`070701${fields.map((field) => field.toString(16).padStart(8, '0')).join('')}`);
  return [padded(Buffer.concat([header, name])), padded(content)];
}

function padded(data: Buffer): Buffer {
  return Buffer.concat([data, Buffer.alloc((4 - (data.length % 4)) % 4)]);
}
