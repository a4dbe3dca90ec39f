import { spawnSync } from 'node:child_process';
import type { Manifest } from './check-packages.ts';
import { deployPath } from './files.ts';

export interface Container {
  name: string;
  image: string;
  args?: string[];
  env?: { name: string; value?: string; valueFrom?: { fieldRef: { fieldPath: string } } }[];
  restartPolicy?: string;
  securityContext?: Record<string, unknown>;
  volumeMounts?: { name: string; mountPath: string }[];
  [member: string]: unknown;
}

export interface Pod {
  metadata?: { annotations?: Record<string, string>; labels?: Record<string, string> };
  spec: {
    containers: Container[];
    initContainers?: Container[];
    volumes?: Record<string, unknown>[];
    securityContext?: Record<string, unknown>;
    hostNetwork?: boolean;
    [member: string]: unknown;
  };
}

/** `kubectl kustomize` of 1.20 is too old for components. Debian 12 has 1.20. */
export function isTooOldForComponents(kubectl: string): boolean {
  const { stdout } = spawnSync(kubectl, ['version', '--client', '-o', 'json'], { encoding: 'utf8' });
  return Number.parseInt(JSON.parse(stdout).clientVersion.minor, 10) < 21;
}

/** The manifests of a kustomization, as YAML and as objects. */
export function renderKustomization(
  kubectl: string,
  folder: string,
): { yaml: string; manifests: Manifest[] } {
  const { status, stdout, stderr } = spawnSync(kubectl, ['kustomize', folder], { encoding: 'utf8' });
  if (status !== 0 || stderr !== '') throw new Error(stderr);
  return { yaml: stdout, manifests: toJson(kubectl, stdout) };
}

const rendered = new Map<string, ReturnType<typeof renderKustomization>>();

/** A kustomization of deploy. kubectl renders each one only once. */
export function render(kubectl: string, name: string) {
  const result = rendered.get(name) ?? renderKustomization(kubectl, deployPath(`kubernetes/${name}`));
  rendered.set(name, result);
  return result;
}

/** kubectl converts YAML to JSON without a cluster, and keeps unknown members. It writes one object after the other. */
const toJson = (kubectl: string, yaml: string): Manifest[] =>
  convert(kubectl, yaml, [])
    .split(/(?<=^\})\n(?=\{)/m)
    .map((document) => JSON.parse(document));

function convert(kubectl: string, input: string, patch: unknown[]): string {
  const flags = ['--local', '--dry-run=client', '-o', 'json', '--type', 'json'];
  const args = ['patch', ...flags, '-p', JSON.stringify(patch), '-f', '-'];
  const { status, stdout, stderr } = spawnSync(kubectl, args, { encoding: 'utf8', input });
  if (status !== 0) throw new Error(stderr);
  return stdout;
}

/** The members of a manifest with a pod that are unknown to kubectl, which reads it into the types of Kubernetes. */
export function findUnknownMembers(kubectl: string, manifest: Manifest): string[] {
  const args = ['set', 'env', '--local', '--dry-run=client', '-o', 'json', 'TESTED=yes', '-f', '-'];
  const { status, stdout, stderr } = spawnSync(kubectl, args, {
    encoding: 'utf8',
    input: JSON.stringify(manifest),
  });
  if (status !== 0) throw new Error(stderr);
  const known = new Set(listPaths(JSON.parse(stdout)));
  return listPaths(manifest).filter((path) => !known.has(path));
}

function listPaths(value: unknown, path = ''): string[] {
  if (value === null || typeof value !== 'object') return [path];
  return Object.entries(value).flatMap(([key, each]) => listPaths(each, `${path}.${key}`));
}

/** The pod template of a workload; null if the manifest has none. */
export function findPod({ kind, spec }: Manifest): Pod | null {
  const template = (spec as { template?: Pod } | undefined)?.template;
  if (kind !== 'CronJob') return template ?? null;
  return (spec as { jobTemplate: { spec: { template: Pod } } }).jobTemplate.spec.template;
}

export const listContainers = ({ spec }: Pod): Container[] => [
  ...(spec.initContainers ?? []),
  ...spec.containers,
];

/** The variables and the arguments of a container, as the kubelet computes them. */
export function resolveContainer({ args = [], env = [] }: Container, { metadata }: Pod) {
  const variables: Record<string, string> = {};
  for (const { name, value, valueFrom } of env) {
    const [, key = ''] = /^metadata\.annotations\['(.*)'\]$/.exec(valueFrom?.fieldRef.fieldPath ?? '') ?? [];
    variables[name] = value ?? metadata?.annotations?.[key] ?? '';
  }
  const expand = (word: string) => word.replace(/\$\((\w+)\)/g, (match, name) => variables[name] ?? match);
  return { env: variables, args: args.map(expand) };
}

/**
 * Which rules of the Pod Security standard `restricted` a pod violates, as the documentation of Kubernetes lists
 * them. Covers the members that a pod of ours can have.
 */
export function findPodSecurityViolations(pod: Pod): string[] {
  const { spec } = pod;
  const violations = ['hostNetwork', 'hostPID', 'hostIPC'].filter((member) => spec[member] === true);
  const allowedVolumes = [
    'configMap',
    'csi',
    'downwardAPI',
    'emptyDir',
    'ephemeral',
    'persistentVolumeClaim',
    'projected',
    'secret',
  ];
  for (const { name, ...source } of spec.volumes ?? []) {
    if (!Object.keys(source).every((kind) => allowedVolumes.includes(kind)))
      violations.push(`volume ${name}`);
  }
  for (const { name, securityContext = {}, ports } of listContainers(pod)) {
    const { capabilities, ...own } = securityContext;
    const context = { ...spec.securityContext, ...own };
    const rules = {
      runAsNonRoot: context.runAsNonRoot === true && context.runAsUser !== 0,
      allowPrivilegeEscalation: context.allowPrivilegeEscalation === false,
      privileged: context.privileged !== true,
      capabilities: JSON.stringify(capabilities) === '{"drop":["ALL"]}',
      seccompProfile: JSON.stringify(context.seccompProfile) === '{"type":"RuntimeDefault"}',
      hostPort: !JSON.stringify(ports ?? []).includes('hostPort'),
    };
    violations.push(...Object.entries(rules).flatMap(([rule, holds]) => (holds ? [] : [`${name}: ${rule}`])));
  }
  return violations;
}
