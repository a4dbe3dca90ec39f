import type { Instant } from '../../domain/model.ts';
import {
  applyFieldFaults,
  buildDocumentFields,
  getDocumentText,
} from '../credentials/credentials-document.ts';
import type { FalseCredentials } from '../credentials/false-credentials.ts';
import { type EndpointRequest, formatDocumentInstant, type RequestKind } from '../endpoint-request.ts';
import type { Simulation } from '../simulation.ts';
import type { TreeEntry } from '../tree/metadata-tree.ts';
import { formatImdsJson } from './imds-wire.ts';

/** The resource that IMDS serves under a path: an entry of the tree, or a computed one. */
export type MetadataEntry =
  | (TreeEntry & { requestKind?: RequestKind; credentials?: FalseCredentials; lastModified?: Instant })
  | { kind: 'redirect'; location: string };

interface IamRequest {
  /** The segments after the version, without a final empty one. */
  path: readonly string[];
  hasSlash: boolean;
  version: string;
  request: EndpointRequest;
  simulation: Simulation;
  apiVersion: '1' | '2';
}

/** Directories of `meta-data/` whose content follows the rotation schedule. */
const COMPUTED_DIRECTORIES = new Set(['iam', 'iam-ecs-0', 'identity-credentials']);

export const isIamPath = ([top, directory = '']: readonly string[]) =>
  top === 'meta-data' && COMPUTED_DIRECTORIES.has(directory);

/** Returns null if the resource does not exist. IMDS responds so if no role is attached. */
export function findIamEntry(iamRequest: IamRequest): MetadataEntry | null {
  const [, directory, ...rest] = iamRequest.path;
  if (directory === 'identity-credentials') return findIdentityEntry(iamRequest, rest);
  if (iamRequest.request.faults.has('no-role')) return null;
  return directory === 'iam' ? findRoleEntry(iamRequest, rest) : findTaskEntry(iamRequest, rest);
}

function findRoleEntry(iamRequest: IamRequest, [name, role]: readonly string[]): MetadataEntry | null {
  const { simulation, hasSlash, version, apiVersion } = iamRequest;
  const { variants } = simulation;
  const lists = ['security-credentials', ...(variants['extended-api'] === 'on' ? [EXTENDED] : [])];
  if (name === undefined) return { kind: 'directory', names: ['info', ...lists.map((list) => `${list}/`)] };
  if (name === 'info' && role === undefined && !hasSlash) return buildInfoEntry(iamRequest);
  if (!lists.includes(name)) return null;
  if (role === undefined) {
    if (!hasSlash && variants.slash === '301') {
      return { kind: 'redirect', location: `/${version}/meta-data/iam/${name}/` };
    }
    return { kind: 'directory', names: [simulation.role], requestKind: 'role' };
  }
  // The real service ignores segments after the role name.
  if (role !== simulation.role) return null;
  return buildDocumentEntry(
    iamRequest,
    `imds-${apiVersion}`,
    name === EXTENDED ? { AccountId: simulation.instance.accountId } : {},
  );
}

const EXTENDED = 'security-credentials-extended';

function buildDocumentEntry(
  { request, simulation }: IamRequest,
  receiver: string,
  extraFields: Readonly<Record<string, string>> = {},
): MetadataEntry {
  const { now, faults } = request;
  const credentials = simulation.issuer.issue(receiver, now, faults);
  const error = faults.get('error');
  if (error !== null) {
    const code = error.code ?? 'AssumeRoleUnauthorizedAccess';
    const fields = {
      Code: code,
      Message: getErrorMessage(code, simulation.role),
      LastUpdated: formatLastUpdated(credentials),
    };
    const body = formatImdsJson(applyFieldFaults(fields, faults));
    return { kind: 'leaf', requestKind: 'credentials', body };
  }
  const body = getDocumentText(credentials, Object.keys(extraFields).join(), faults, () => {
    const head = { Code: 'Success', LastUpdated: formatLastUpdated(credentials), Type: 'AWS-HMAC' };
    return formatImdsJson(
      applyFieldFaults({ ...head, ...buildDocumentFields(credentials), ...extraFields }, faults),
    );
  });
  return { kind: 'leaf', requestKind: 'credentials', credentials, lastModified: credentials.issuedAt, body };
}

function buildInfoEntry({ request, simulation }: IamRequest): MetadataEntry {
  const { issuer, role, instance } = simulation;
  const { now, faults } = request;
  const credentials = issuer.issue('info', now, faults);
  const isProfileMissing = faults.get('error')?.code === 'InstanceProfileNotFound';
  const body = formatImdsJson(
    isProfileMissing
      ? {
          Code: 'InstanceProfileNotFound',
          Message: getErrorMessage('InstanceProfileNotFound', role),
          LastUpdated: formatLastUpdated(credentials),
        }
      : {
          Code: 'Success',
          LastUpdated: formatLastUpdated(credentials),
          InstanceProfileArn: `arn:aws:iam::${instance.accountId}:instance-profile/${role}`,
          InstanceProfileId: 'AIPAFALSEFALSEFALSEFA',
        },
  );
  return { kind: 'leaf', body, lastModified: credentials.issuedAt };
}

/** The identity role of the instance. AWS documents that programs should not use these credentials. */
function findIdentityEntry(iamRequest: IamRequest, [ec2, ...rest]: readonly string[]): MetadataEntry | null {
  if (ec2 === undefined) return { kind: 'directory', names: ['ec2/'] };
  if (ec2 !== 'ec2') return null;
  const { accountId } = iamRequest.simulation.instance;
  return findNamespaceEntry(iamRequest, rest, 'identity', 'ec2-instance', (LastUpdated) => ({
    Code: 'Success',
    LastUpdated,
    AccountId: accountId,
  }));
}

/** The namespace from which the ECS agent of 2026 reads task credentials; here one task. */
function findTaskEntry(iamRequest: IamRequest, path: readonly string[]): MetadataEntry | null {
  const { shapes, role, instance, credentialsId } = iamRequest.simulation;
  if (!shapes.includes('ecs')) return null;
  const task = `${credentialsId.replaceAll('-', '')}-0`;
  const RoleARN = `arn:aws:iam::${instance.accountId}:role/${role}`;
  return findNamespaceEntry(iamRequest, path, 'ecs', task, (LastUpdated) => ({
    LastUpdated,
    TaskCredentials: { [task]: { RoleARN } },
  }));
}

/** A directory with `info` and the credentials of one receiver. */
function findNamespaceEntry(
  iamRequest: IamRequest,
  [name, last]: readonly string[],
  receiver: string,
  listedName: string,
  buildInfo: (lastUpdated: string) => Readonly<Record<string, unknown>>,
): MetadataEntry | null {
  const { request, simulation } = iamRequest;
  if (name === undefined) return { kind: 'directory', names: ['info', 'security-credentials/'] };
  if (name === 'info' && last === undefined) {
    const credentials = simulation.issuer.issue(receiver, request.now, request.faults);
    return { kind: 'leaf', body: formatImdsJson(buildInfo(formatLastUpdated(credentials))) };
  }
  if (name !== 'security-credentials') return null;
  if (last === undefined) return { kind: 'directory', names: [listedName] };
  return last === listedName ? buildDocumentEntry(iamRequest, receiver) : null;
}

const formatLastUpdated = ({ issuedAt }: FalseCredentials) => formatDocumentInstant(issuedAt);

function getErrorMessage(code: string, role: string): string {
  switch (code) {
    case 'AssumeRoleUnauthorizedAccess':
      return `EC2 cannot assume the role ${role}.`;
    case 'InstanceProfileNotFound':
      return `Instance Profile ${role} cannot be found.`;
    default:
      return `Simulated error ${code}.`;
  }
}
