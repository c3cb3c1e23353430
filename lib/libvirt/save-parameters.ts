import type { ParameterTable } from './typed-parameters.js';

/** Typed parameters of saving to a file: all `VIR_DOMAIN_SAVE_PARAM_…` of libvirt 11.3. */
export interface SaveParameters {
  /** The file on the host. Left out: libvirt's managed save. */
  file?: string;
  /** Other XML to save. */
  destinationXml?: string;
  /** `raw`, `zstd`, `lzop`, `gzip`, `bzip2`, `xz`; left out: what qemu.conf says. Since libvirt 11.2. */
  imageFormat?: string;
  /** Channels side by side. Since libvirt 11.2. */
  parallelChannels?: number;
}

/** Those of them that restoring understands. */
export type RestoreParameters = Pick<SaveParameters, 'file' | 'destinationXml' | 'parallelChannels'>;

/** Field ↔ libvirt's key ↔ type. A test compares it with libvirt's API description. */
export const SAVE_PARAMETERS: ParameterTable<keyof SaveParameters> = {
  file: { key: 'file', type: 'string', since: '8.4.0' },
  destinationXml: { key: 'dxml', type: 'string', since: '8.4.0' },
  imageFormat: { key: 'image_format', type: 'string', since: '11.2.0' },
  parallelChannels: { key: 'parallel.channels', type: 'int', since: '11.2.0' },
};
