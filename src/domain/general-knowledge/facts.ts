import {
  DEFAULT_ROLE_SESSION,
  LONGEST_ENDPOINT_VALIDITY,
  MAX_CHAINED_SESSION,
  MAX_ROLE_SESSION,
  PROMISED_LEAD_TIME,
} from '../aws-limits.ts';
import type { EnvironmentKind } from './environment.ts';
import { documented, type GeneralFact, published } from './fact.ts';
import { REFERENCES } from './references.ts';

const [MINUTE, HOUR, DAY] = [60, 3600, 86_400];

/** Of all sessions of roles: 15 minutes to the maximum session duration of the role, by default one hour. */
const ROLE_SESSION = {
  setting: 'role',
  shortest: 15 * MINUTE,
  usual: DEFAULT_ROLE_SESSION,
  longest: MAX_ROLE_SESSION,
} as const;

const WEB_IDENTITY = [documented('validity', REFERENCES.assumeRoleWithWebIdentity, ROLE_SESSION)];

/**
 * What AWS documents and what others published, the most useful fact first. Facts about one subject may contradict
 * each other. A new fact needs a reference that states its values. docs/general-knowledge.md shows the table.
 */
export const FACTS: Readonly<Record<EnvironmentKind, readonly GeneralFact[]>> = {
  imds: [
    documented('lead-time', REFERENCES.ec2Guide, { shortest: PROMISED_LEAD_TIME }),
    documented('validity', REFERENCES.knowledgeCenter, { longest: 6 * HOUR }),
    documented('role-maximum-ignored', REFERENCES.updateRole),
    published('rotation-interval', 'aws-engineer', REFERENCES.botocore, { usual: HOUR }),
    published('validity', 'aws-engineer', REFERENCES.botocore, { usual: 6 * HOUR }),
    published('rotation-interval', 'measured', REFERENCES.logsOf2015, { shortest: 3578, longest: 3848 }),
    published('validity', 'measured', REFERENCES.logsOf2015, {
      shortest: 21_632,
      longest: LONGEST_ENDPOINT_VALIDITY,
    }),
    published('worst-case', 'measured', REFERENCES.logsOf2015, { shortest: 17_976 }),
    published('rotation-interval', 'user-report', REFERENCES.tilelive, { usual: 6.5 * HOUR }),
  ],
  ecs: [published('validity', 'withdrawn-page', REFERENCES.ecsGuide, { usual: 6 * HOUR })],
  'eks-pod-identity': [
    documented('cache-time', REFERENCES.eksGuide, { condition: 'no-target-role', usual: 6 * HOUR }),
    documented('cache-time', REFERENCES.eksGuide, { condition: 'target-role', usual: 59 * MINUTE }),
    published('rotation-interval', 'source-code', REFERENCES.eksAgent, { longest: 3 * HOUR }),
  ],
  cloudshell: [
    published('validity', 'user-report', REFERENCES.mamezou, { shortest: 5 * MINUTE, longest: 15 * MINUTE }),
  ],
  greengrass: [
    documented('validity', REFERENCES.createRoleAlias, {
      setting: 'role-alias',
      shortest: 15 * MINUTE,
      usual: HOUR,
      longest: 12 * HOUR,
    }),
    published('lead-time', 'aws-engineer', REFERENCES.greengrass, { usual: 5 * MINUTE }),
  ],
  codebuild: [published('validity', 'user-report', REFERENCES.prowler, { usual: HOUR })],
  amplify: [published('validity', 'user-report', REFERENCES.amplify, { usual: HOUR })],
  lambda: [
    documented('run-time', REFERENCES.lambdaGuide, { longest: 15 * MINUTE }),
    documented('role-duration-not-binding', REFERENCES.knowledgeCenter),
  ],
  irsa: WEB_IDENTITY,
  'web-identity': WEB_IDENTITY,
  'github-actions': WEB_IDENTITY,
  'assumed-role': [
    documented('validity', REFERENCES.assumeRole, ROLE_SESSION),
    documented('validity', REFERENCES.assumeRole, {
      condition: 'role-chaining',
      longest: MAX_CHAINED_SESSION,
    }),
  ],
  sso: [
    documented('validity', REFERENCES.permissionSet, {
      setting: 'permission-set',
      shortest: HOUR,
      usual: HOUR,
      longest: 12 * HOUR,
    }),
    documented('login-validity', REFERENCES.portalSession, {
      setting: 'portal',
      shortest: 15 * MINUTE,
      usual: 8 * HOUR,
      longest: 90 * DAY,
    }),
  ],
  process: [],
  keys: [],
};
