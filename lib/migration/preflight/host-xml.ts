import { XMLSerializer } from '@xmldom/xmldom';
import { attribute, bytesOf, childrenOf, descend, rootElement } from './elements.js';

export interface Capabilities {
  /** The host's own CPU, as it may be compared with that of another. */
  readonly cpuXml?: string;
  /** Sizes of the pages that its memory may have, least first. */
  readonly pageBytes: readonly number[];
  readonly migrationSchemes: readonly string[];
}

/** Reads a host's capabilities. Pure. Throws ParseError when they are not well-formed. */
export function readCapabilities(xml: string): Capabilities {
  const host = descend(rootElement(xml), 'host');
  const cpu = descend(host, 'cpu');
  const pages = childrenOf(cpu, 'pages').map((page) => bytesOf(page, attribute(page, 'size') ?? null));
  return {
    pageBytes: pages.toSorted((one, other) => one - other),
    migrationSchemes: childrenOf(descend(host, 'migration_features', 'uri_transports'), 'uri_transport').map(
      (element) => element.textContent?.trim() ?? '',
    ),
    ...(cpu === undefined ? {} : { cpuXml: new XMLSerializer().serializeToString(cpu) }),
  };
}

/** The most virtual CPUs that the domain capabilities allow, undefined when they do not say. Pure. */
export function readMaxVcpus(xml: string): number | undefined {
  const most = Number(attribute(descend(rootElement(xml), 'vcpu'), 'max'));
  return most > 0 ? most : undefined;
}
