import { DOMParser, type Element } from '@xmldom/xmldom';

/** The outermost element of a document. Throws ParseError when it is not well-formed. */
export function rootElement(xml: string): Element {
  const root = new DOMParser().parseFromString(xml, 'text/xml').documentElement;
  if (root === null) throw new TypeError('There is no element in it.');
  return root;
}

/** The direct children of this name. */
export function childrenOf(element: Element | undefined, name: string): Element[] {
  if (element === undefined) return [];
  return [...element.getElementsByTagName(name)].filter((child) => child.parentNode === element);
}

/** The first element down a path of names. */
export function descend(element: Element | undefined, ...names: readonly string[]): Element | undefined {
  return names.reduce((parent, name) => childrenOf(parent, name)[0], element);
}

/** An attribute's value, undefined when it is not there or empty. */
export function attribute(element: Element | undefined, name: string): string | undefined {
  return element?.getAttribute(name) || undefined;
}

/** The text of the element down a path of names, undefined when it is not there or empty. */
export function textOf(element: Element | undefined, ...names: readonly string[]): string | undefined {
  return descend(element, ...names)?.textContent?.trim() || undefined;
}

const UNITS: Readonly<Record<string, number>> = {
  b: 1,
  bytes: 1,
  KB: 1e3,
  k: 1024,
  KiB: 1024,
  MB: 1e6,
  M: 1024 ** 2,
  MiB: 1024 ** 2,
  GB: 1e9,
  G: 1024 ** 3,
  GiB: 1024 ** 3,
  TB: 1e12,
  T: 1024 ** 4,
  TiB: 1024 ** 4,
};

/** A size with libvirt's unit (KiB when none is given), in bytes; 0 when the element is not there. */
export function bytesOf(element: Element | undefined, value = element?.textContent): number {
  return Number(value ?? 0) * (UNITS[attribute(element, 'unit') ?? 'KiB'] ?? 1024);
}
