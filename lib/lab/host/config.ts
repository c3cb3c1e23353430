/** What differs between the hosts' libvirt configurations. */
export interface HostAddresses {
  uuid: string;
  controlAddress: string;
  migrationAddress: string;
}

type Setting = string | number | readonly string[];

function render(settings: Readonly<Record<string, Setting>>): string {
  return Object.entries(settings)
    .map(([name, value]) => `${name} = ${Array.isArray(value) ? `[ ${value.map(quote).join(', ')} ]` : quote(value)}\n`)
    .join('');
}

function quote(value: Setting): string {
  return typeof value === 'number' ? String(value) : JSON.stringify(value);
}

/** libvirtd.conf. TCP without authentication is reachable inside the lab alone. */
export function libvirtdConfig({ uuid, controlAddress }: HostAddresses): string {
  return render({
    host_uuid: uuid,
    listen_tls: 0,
    listen_tcp: 1,
    listen_addr: controlAddress,
    auth_tcp: 'none',
    auth_unix_ro: 'none',
    auth_unix_rw: 'none',
    // The default may be a group that only a distribution's own service package creates.
    unix_sock_group: 'root',
    log_level: 3,
    log_outputs: '3:file:/var/log/libvirt/libvirtd.log',
  });
}

/** qemu.conf. What would reach out of the host, or keep hosts apart that share one machine, is off. */
export function qemuConfig({ migrationAddress }: HostAddresses): string {
  return render({
    security_driver: 'none',
    user: 'root',
    group: 'root',
    dynamic_ownership: 0,
    remember_owner: 0,
    namespaces: [],
    cgroup_controllers: [],
    stdio_handler: 'file',
    migration_address: migrationAddress,
    migration_host: migrationAddress,
    // A peer that does not answer is given up after about 10 s instead of 30: faults are what a lab is for.
    keepalive_interval: 2,
    keepalive_count: 4,
  });
}
