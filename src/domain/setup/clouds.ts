/**
 * Clouds whose machines reach their own metadata service at 169.254.169.254, and a part of a hardware name
 * that identifies each cloud (`/sys/class/dmi/id`). The names are those that cloud-init looks for.
 */
export const CLOUD_HARDWARE: ReadonlyMap<string, readonly string[]> = new Map([
  ['Amazon EC2', ['Amazon EC2', '.amazon']],
  ['Google Cloud', ['Google Compute Engine']],
  ['Microsoft Azure', ['7783-7084-3265-9085-8269-3286-77']],
  ['Oracle Cloud', ['OracleCloud']],
  ['OpenStack', ['OpenStack']],
  ['DigitalOcean', ['DigitalOcean']],
  ['Hetzner Cloud', ['Hetzner']],
  ['Akamai', ['Linode', 'Akamai']],
  ['Vultr', ['Vultr']],
  ['UpCloud', ['UpCloud']],
  ['IBM Cloud', ['ibmcloud']],
  ['Exoscale', ['Exoscale']],
]);

/** The files of Linux that have the hardware names. Every user can read them. */
export const HARDWARE_FILES: readonly string[] = [
  '/sys/class/dmi/id/sys_vendor',
  '/sys/class/dmi/id/product_name',
  '/sys/class/dmi/id/bios_version',
  '/sys/class/dmi/id/chassis_asset_tag',
];

/** Older instances of EC2 run under Xen. The id of the machine starts with `ec2` there. */
export const XEN_ID_FILE = '/sys/hypervisor/uuid';

/**
 * The cloud of this machine; null if its hardware is not of a known cloud.
 * @param hardware the content of {@link HARDWARE_FILES}
 * @param xenId the content of {@link XEN_ID_FILE}
 */
export function findCloud(hardware: string, xenId: string): string | null {
  if (xenId.startsWith('ec2')) return 'Amazon EC2';
  const found = [...CLOUD_HARDWARE].find(([, names]) => names.some((name) => hardware.includes(name)));
  return found?.[0] ?? null;
}
