import { type Connection, LibvirtError } from '../../libvirt/index.js';

/** Linux's error number for a path that does not exist; libvirt passes on what the daemon's `open` gave. */
const ENOENT = 2;

export type LookUp = { state: 'present' | 'missing' } | { state: 'unknown'; why: string };

/**
 * Whether a path exists on a host, as its daemon sees it.
 *
 * libvirt has no call for that. But asked for the definition in a saved guest's image, its QEMU driver opens the path for reading, reads
 * a few bytes, and refuses what is no such image: "no such file" and "not an image" are different errors. Nothing is written, and no
 * traffic is made but the call itself.
 *
 * @returns `unknown`, and why, for any other error: no permission, a read-only connection, a driver without images
 * libvirt: virDomainSaveImageGetXMLDesc
 */
export async function lookUpPath(connection: Connection, path: string): Promise<LookUp> {
  try {
    await connection.domainSaveImageGetXMLDesc(path);
    return { state: 'present' };
  } catch (error) {
    if (!(error instanceof LibvirtError)) throw error;
    if (error.code === 'VIR_ERR_OPERATION_FAILED') return { state: 'present' };
    const missing = error.code === 'VIR_ERR_SYSTEM_ERROR' && error.integers[0] === ENOENT;
    return missing ? { state: 'missing' } : { state: 'unknown', why: error.message };
  }
}
