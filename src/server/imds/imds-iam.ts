import {
  applyFieldFaults,
  buildDocumentFields,
  getDocumentText,
} from '../credentials/credentials-document.ts';
import type { FalseCredentials } from '../credentials/false-credentials.ts';
import { type EndpointRequest, formatDocumentInstant } from '../endpoint-request.ts';
import type { Simulation } from '../simulation.ts';
import { formatImdsJson } from './imds-wire.ts';
import type { MetadataEntry } from './metadata-entry.ts';

interface IamRequest {
  /** Behind the version, without a last empty part. */
  path: readonly string[];
  hasSlash: boolean;
  version: string;
  request: EndpointRequest;
  simulation: Simulation;
  apiVersion: '1' | '2';
}

/** Directories of `meta-data/` that follow the schedule instead of a file. */
const LIVE = new Set(['iam', 'iam-ecs-0', 'identity-credentials']);

export const isIamPath = (path: readonly string[]) =>
  path.length > 1 && path[0] === 'meta-data' && LIVE.has(path[1]!);

/** Null where there is no such resource, which is how IMDS says that no role is attached. */
export function findIamEntry(asked: IamRequest): MetadataEntry | null {
  const [, root, ...rest] = asked.path;
  if (root === 'identity-credentials') return identityEntry(asked, rest);
  if (asked.request.faults.get('no-role') !== undefined) return null;
  return root === 'iam' ? roleEntry(asked, rest) : taskEntry(asked, rest);
}

function roleEntry(asked: IamRequest, [name, role]: readonly string[]): MetadataEntry | null {
  const { simulation, hasSlash, version, apiVersion } = asked;
  const { variants } = simulation;
  const lists = ['security-credentials', ...(variants['extended-api'] === 'on' ? [EXTENDED] : [])];
  if (name === undefined) return { kind: 'directory', names: ['info', ...lists.map((list) => `${list}/`)] };
  if (name === 'info' && role === undefined && !hasSlash) return infoEntry(asked);
  if (!lists.includes(name)) return null;
  if (role === undefined) {
    if (!hasSlash && variants.slash === '301') {
      return { kind: 'redirect', location: `/${version}/meta-data/iam/${name}/` };
    }
    return { kind: 'directory', names: [simulation.role], requestKind: 'role' };
  }
  // What follows the role's name is ignored by the real one.
  if (role !== simulation.role) return null;
  return documentEntry(
    asked,
    `imds-${apiVersion}`,
    name === EXTENDED ? { AccountId: simulation.instance.accountId } : {},
  );
}

const EXTENDED = 'security-credentials-extended';

function documentEntry(
  { request, simulation }: IamRequest,
  receiver: string,
  more: Readonly<Record<string, string>> = {},
): MetadataEntry {
  const { now, faults } = request;
  const credentials = simulation.issuer.issue(receiver, now, faults);
  const error = faults.get('error');
  if (error !== undefined) {
    const code = error.code ?? 'AssumeRoleUnauthorizedAccess';
    const body = formatImdsJson(
      applyFieldFaults(
        { Code: code, Message: errorMessage(code, simulation.role), LastUpdated: updated(credentials) },
        faults,
      ),
    );
    return { kind: 'leaf', requestKind: 'credentials', body };
  }
  const body = getDocumentText(credentials, Object.keys(more).join(), faults, () => {
    const head = { Code: 'Success', LastUpdated: updated(credentials), Type: 'AWS-HMAC' };
    return formatImdsJson(
      applyFieldFaults({ ...head, ...buildDocumentFields(credentials), ...more }, faults),
    );
  });
  return { kind: 'leaf', requestKind: 'credentials', credentials, lastModified: credentials.issuedAt, body };
}

function infoEntry({ request, simulation }: IamRequest): MetadataEntry {
  const { issuer, role, instance } = simulation;
  const { now, faults } = request;
  const credentials = issuer.issue('info', now, faults);
  const isGone = faults.get('error')?.code === 'InstanceProfileNotFound';
  const body = formatImdsJson(
    isGone
      ? {
          Code: 'InstanceProfileNotFound',
          Message: errorMessage('InstanceProfileNotFound', role),
          LastUpdated: updated(credentials),
        }
      : {
          Code: 'Success',
          LastUpdated: updated(credentials),
          InstanceProfileArn: `arn:aws:iam::${instance.accountId}:instance-profile/${role}`,
          InstanceProfileId: 'AIPAFALSEFALSEFALSEFA',
        },
  );
  return { kind: 'leaf', body, lastModified: credentials.issuedAt };
}

/** The instance's own identity, of which AWS says that programs should not use it. */
function identityEntry(asked: IamRequest, [ec2, name, last]: readonly string[]): MetadataEntry | null {
  const { request, simulation } = asked;
  if (ec2 === undefined) return { kind: 'directory', names: ['ec2/'] };
  if (ec2 !== 'ec2') return null;
  if (name === undefined) return { kind: 'directory', names: ['info', 'security-credentials/'] };
  if (name === 'info' && last === undefined) {
    const credentials = simulation.issuer.issue('identity', request.now, request.faults);
    const fields = {
      Code: 'Success',
      LastUpdated: updated(credentials),
      AccountId: simulation.instance.accountId,
    };
    return { kind: 'leaf', body: formatImdsJson(fields) };
  }
  if (name !== 'security-credentials') return null;
  if (last === undefined) return { kind: 'directory', names: ['ec2-instance'] };
  return last === 'ec2-instance' ? documentEntry(asked, 'identity') : null;
}

/** How the ECS agent of 2026 fetches the roles of tasks: one namespace of one task with its task role. */
function taskEntry(asked: IamRequest, [name, last]: readonly string[]): MetadataEntry | null {
  const { request, simulation } = asked;
  const { shapes, role, instance, credentialsId } = simulation;
  if (!shapes.includes('ecs')) return null;
  const task = `${credentialsId.replaceAll('-', '')}-0`;
  if (name === undefined) return { kind: 'directory', names: ['info', 'security-credentials/'] };
  if (name === 'info' && last === undefined) {
    const credentials = simulation.issuer.issue('ecs', request.now, request.faults);
    const RoleARN = `arn:aws:iam::${instance.accountId}:role/${role}`;
    const fields = { LastUpdated: updated(credentials), TaskCredentials: { [task]: { RoleARN } } };
    return { kind: 'leaf', body: formatImdsJson(fields) };
  }
  if (name !== 'security-credentials') return null;
  if (last === undefined) return { kind: 'directory', names: [task] };
  return last === task ? documentEntry(asked, 'ecs') : null;
}

const updated = ({ issuedAt }: FalseCredentials) => formatDocumentInstant(issuedAt);

function errorMessage(code: string, role: string): string {
  switch (code) {
    case 'AssumeRoleUnauthorizedAccess':
      return `EC2 cannot assume the role ${role}.`;
    case 'InstanceProfileNotFound':
      return `Instance Profile ${role} cannot be found.`;
    default:
      return `The simulator was asked for ${code}.`;
  }
}
