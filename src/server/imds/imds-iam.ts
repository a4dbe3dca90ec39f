import type { Instant } from '../../domain/model.ts';
import {
  applyFieldFaults,
  buildDocumentFields,
  formatDocument,
} from '../credentials/credentials-document.ts';
import type { FalseCredentials } from '../credentials/false-credentials.ts';
import { type EndpointRequest, formatDocumentInstant, type ShapeResult } from '../endpoint-request.ts';
import type { Simulation } from '../simulation.ts';
import { INSTANCE } from '../tree/default-tree.ts';
import type { TreeEntry } from '../tree/metadata-tree.ts';
import { formatImdsJson } from './imds-wire.ts';

/** The resource that IMDS serves under a path: an entry of the tree, or a computed one. */
export type MetadataEntry =
  | (TreeEntry & {
      requestKind?: ShapeResult['kind'];
      credentials?: FalseCredentials;
      lastModified?: Instant;
    })
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

const EXTENDED = 'security-credentials-extended';

function findRoleEntry(iamRequest: IamRequest, [name, role]: readonly string[]): MetadataEntry | null {
  const { simulation, hasSlash, version, apiVersion } = iamRequest;
  const { variants } = simulation;
  const lists = ['security-credentials', ...(variants['extended-api'] === 'on' ? [EXTENDED] : [])];
  if (name === undefined) return { kind: 'directory', names: ['info', ...lists.map((list) => `${list}/`)] };
  if (name === 'info' && role === undefined && !hasSlash) return buildInfoEntry(iamRequest);
  if (!lists.includes(name)) return null;
  if (role === undefined) {
    return !hasSlash && variants.slash === '301'
      ? { kind: 'redirect', location: `/${version}/meta-data/iam/${name}/` }
      : { kind: 'directory', names: [simulation.role], requestKind: 'role' };
  }
  // The real service ignores segments after the role name.
  if (role !== simulation.role) return null;
  return buildDocumentEntry(iamRequest, apiVersion === '2' ? 'imds-2' : 'imds-1', name === EXTENDED);
}

function buildDocumentEntry(
  { request, simulation }: IamRequest,
  receiver: string,
  isExtended = false,
): MetadataEntry {
  const { now, faults } = request;
  const credentials = simulation.issuer.issue(receiver, now, faults);
  const error = faults.get('error');
  if (error !== null) {
    const fields = buildErrorFields(error.code ?? 'AssumeRoleUnauthorizedAccess', credentials, simulation);
    return {
      kind: 'leaf',
      requestKind: 'credentials',
      body: formatImdsJson(applyFieldFaults(fields, faults)),
    };
  }
  const layout = isExtended ? 'imds extended' : 'imds';
  const buildFields = () => ({
    Code: 'Success',
    LastUpdated: formatLastUpdated(credentials),
    Type: 'AWS-HMAC',
    ...buildDocumentFields(credentials),
    ...(isExtended && { AccountId: INSTANCE.accountId }),
  });
  const body = formatDocument(credentials, layout, faults, buildFields, formatImdsJson);
  return { kind: 'leaf', requestKind: 'credentials', credentials, lastModified: credentials.issuedAt, body };
}

function buildInfoEntry({ request, simulation }: IamRequest): MetadataEntry {
  const { issuer, role } = simulation;
  const credentials = issuer.issue('info', request.now, request.faults);
  const fields =
    request.faults.get('error')?.code === 'InstanceProfileNotFound'
      ? buildErrorFields('InstanceProfileNotFound', credentials, simulation)
      : {
          Code: 'Success',
          LastUpdated: formatLastUpdated(credentials),
          InstanceProfileArn: `arn:aws:iam::${INSTANCE.accountId}:instance-profile/${role}`,
          InstanceProfileId: 'AIPAFALSEFALSEFALSEFA',
        };
  return { kind: 'leaf', body: formatImdsJson(fields), lastModified: credentials.issuedAt };
}

/** The identity role of the instance. AWS documents that programs should not use these credentials. */
function findIdentityEntry(iamRequest: IamRequest, [ec2, ...rest]: readonly string[]): MetadataEntry | null {
  if (ec2 === undefined) return { kind: 'directory', names: ['ec2/'] };
  if (ec2 !== 'ec2') return null;
  return findNamespaceEntry(iamRequest, rest, 'identity', 'ec2-instance', (LastUpdated) => ({
    Code: 'Success',
    LastUpdated,
    AccountId: INSTANCE.accountId,
  }));
}

/** The namespace from which the ECS agent of 2026 reads task credentials; here one task. */
function findTaskEntry(iamRequest: IamRequest, path: readonly string[]): MetadataEntry | null {
  const { shapes, role, credentialsId } = iamRequest.simulation;
  if (!shapes.includes('ecs')) return null;
  const task = `${credentialsId.replaceAll('-', '')}-0`;
  const RoleARN = `arn:aws:iam::${INSTANCE.accountId}:role/${role}`;
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

const buildErrorFields = (code: string, credentials: FalseCredentials, { role }: Simulation) => ({
  Code: code,
  Message: getErrorMessage(code, role),
  LastUpdated: formatLastUpdated(credentials),
});

function getErrorMessage(code: string, role: string): string {
  if (code === 'AssumeRoleUnauthorizedAccess') return `EC2 cannot assume the role ${role}.`;
  if (code === 'InstanceProfileNotFound') return `Instance Profile ${role} cannot be found.`;
  return `Simulated error ${code}.`;
}
