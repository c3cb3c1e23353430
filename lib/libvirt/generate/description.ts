import { DOMParser, type Element } from '@xmldom/xmldom';

/** One constant of an enumeration, flag set or list of names. */
export interface Constant {
  /** libvirt's full name. */
  readonly name: string;
  /** The name without the group's prefix. */
  readonly member: string;
  readonly value: number | string;
  /** The release of libvirt that brought it, where the description says so. */
  readonly since: string | undefined;
}

/** Constants that belong together: an enumeration of libvirt, or the macros with one prefix. */
export interface Group {
  readonly name: string;
  /** What libvirt calls it. */
  readonly origin: string;
  readonly constants: readonly Constant[];
}

/** A function of libvirt's C interface. */
export interface ApiFunction {
  readonly name: string;
  readonly file: string;
  readonly since: string | undefined;
}

/** The parts of libvirt's API description that concern connections and domains. */
export interface Description {
  readonly groups: readonly Group[];
  readonly functions: readonly ApiFunction[];
}

const FILES = new Set(['libvirt-common', 'libvirt-domain', 'libvirt-host', 'libvirt-qemu', 'virterror']);

/** Names of typed parameters are macros; libvirt groups them by prefix only. */
const MACRO_GROUPS: ReadonlyArray<readonly [name: string, prefix: string]> = [
  ['MigrateParam', 'VIR_MIGRATE_PARAM_'],
  ['JobStat', 'VIR_DOMAIN_JOB_'],
  ['SaveParam', 'VIR_DOMAIN_SAVE_PARAM_'],
  ['SchedulerParam', 'VIR_DOMAIN_SCHEDULER_'],
  ['MemoryParam', 'VIR_DOMAIN_MEMORY_'],
  ['BlkioParam', 'VIR_DOMAIN_BLKIO_'],
  ['NumaParam', 'VIR_DOMAIN_NUMA_'],
  ['TunableParam', 'VIR_DOMAIN_TUNABLE_'],
  ['DomainStat', 'VIR_DOMAIN_STATS_'],
  ['NodeCpuStat', 'VIR_NODE_CPU_STATS_'],
  ['NodeMemoryStat', 'VIR_NODE_MEMORY_STATS_'],
];

/** Errors are known by their full names, and these two enumerations have members that share no useful prefix. */
const FULL_NAMES = new Set(['virErrorNumber', 'virErrorDomain']);

/** Where the common prefix of the members is not what a person would take for it. */
const PREFIXES: Readonly<Record<string, string>> = {
  virDomainCreateFlags: 'VIR_DOMAIN_',
  virDomainMemoryModFlags: 'VIR_DOMAIN_MEM_',
  virDomainState: 'VIR_DOMAIN_',
  virDomainShutdownReason: 'VIR_DOMAIN_SHUTDOWN_',
};

/** Reads the XML files that libvirt installs (`libvirt-api.xml`, `libvirt-qemu-api.xml`). */
export function readDescription(documents: readonly string[]): Description {
  const roots = documents.map((text) => new DOMParser().parseFromString(text, 'text/xml'));
  const elements = (tag: string): Element[] =>
    roots.flatMap((root) => [...root.getElementsByTagName(tag)]).filter((e) => FILES.has(e.getAttribute('file') ?? ''));
  return {
    groups: [...enumerations(elements('enum')), ...macroGroups(elements('macro'))],
    functions: elements('function').map((e) => ({
      name: attribute(e, 'name'),
      file: attribute(e, 'file'),
      since: e.getAttribute('version') ?? undefined,
    })),
  };
}

function attribute(element: Element, name: string): string {
  const value = element.getAttribute(name);
  if (value === null) throw new Error(`<${element.tagName}> without ${name} in libvirt's API description`);
  return value;
}

function enumerations(elements: readonly Element[]): Group[] {
  const values = new Map(elements.map((e) => [attribute(e, 'name'), attribute(e, 'value')]));
  const resolve = (text: string): number => {
    // Some constants are defined as another constant.
    const target = values.get(text);
    if (target !== undefined) return resolve(target);
    const number = Number(text);
    if (!Number.isSafeInteger(number)) throw new Error(`cannot tell the value of ${text} in libvirt's API description`);
    return number;
  };
  const byType = new Map<string, Element[]>();
  for (const element of elements) {
    const type = attribute(element, 'type');
    byType.set(type, [...(byType.get(type) ?? []), element]);
  }
  const groups = [...byType].map(([type, members]) => {
    // …_LAST is one more than the last one: it differs from release to release and nobody may use it.
    const real = members.filter((e) => !/_LAST$/.test(attribute(e, 'name')));
    const prefix = prefixOf(
      type,
      real.map((e) => attribute(e, 'name')),
    );
    return {
      name: type.replace(/^vir/, ''),
      origin: type,
      constants: real.map((e) => constant(e, prefix, resolve(attribute(e, 'value')))).sort(byValue),
    };
  });
  return groups.filter((group) => group.constants.length > 0).sort((a, b) => (a.name < b.name ? -1 : 1));
}

function macroGroups(elements: readonly Element[]): Group[] {
  return MACRO_GROUPS.map(([name, prefix]) => ({
    name,
    origin: `${prefix}*`,
    constants: elements
      .filter((e) => e.getAttribute('string') !== null && attribute(e, 'name').startsWith(prefix))
      .map((e) => constant(e, prefix, attribute(e, 'string')))
      .sort((a, b) => (a.name < b.name ? -1 : 1)),
  }));
}

function constant(element: Element, prefix: string, value: number | string): Constant {
  const name = attribute(element, 'name');
  return { name, member: name.slice(prefix.length), value, since: element.getAttribute('version') ?? undefined };
}

function byValue(a: Constant, b: Constant): number {
  return Number(a.value) - Number(b.value) || (a.name < b.name ? -1 : 1);
}

/** The part that all names share, up to an underscore and so that no member begins with a digit. */
function prefixOf(type: string, names: readonly string[]): string {
  const [first = '', ...rest] = names;
  if (FULL_NAMES.has(type)) return '';
  const given = PREFIXES[type];
  if (given !== undefined && names.every((name) => name.startsWith(given))) return given;
  const words = first.split('_');
  if (rest.length === 0) {
    // The only member shares everything with itself: what it shares with the name of its type is the prefix.
    const typeWords = type
      .replace(/([a-z])(?=[A-Z])/g, '$1_')
      .toUpperCase()
      .split('_');
    const shared = words.findIndex((word, i) => word !== typeWords[i]);
    return `${words.slice(0, shared).join('_')}_`;
  }
  for (let count = words.length - 1; count > 0; count--) {
    const prefix = `${words.slice(0, count).join('_')}_`;
    if (
      rest.every((name) => name.startsWith(prefix)) &&
      names.every((name) => !/^\d/.test(name.slice(prefix.length)))
    ) {
      return prefix;
    }
  }
  return '';
}
