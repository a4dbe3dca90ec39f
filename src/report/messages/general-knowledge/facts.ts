import type { EnvironmentKind } from '../../../domain/general-knowledge/environment.ts';
import type {
  DurationSetting,
  FactMethod,
  FactSubject,
  GeneralFact,
  Reference,
} from '../../../domain/general-knowledge/fact.ts';
import { formatDuration as duration } from '../../../domain/time/duration.ts';
import { joinWords } from '../../text/format-values.ts';

/** Above facts that this program did not measure. */
export const GENERAL_KNOWLEDGE_TITLE = 'general knowledge (not measured here; it changes no verdict)';

export const ENVIRONMENT_NAMES: Readonly<Record<EnvironmentKind, string>> = {
  imds: 'IMDS of EC2',
  ecs: 'ECS task',
  'eks-pod-identity': 'EKS Pod Identity',
  cloudshell: 'CloudShell',
  greengrass: 'IoT Greengrass',
  codebuild: 'CodeBuild',
  amplify: 'Amplify Hosting',
  lambda: 'Lambda',
  irsa: 'IRSA on EKS',
  'web-identity': 'web identity',
  'github-actions': 'GitHub Actions',
  'assumed-role': 'assumed role',
  sso: 'IAM Identity Center',
  process: 'credential_process',
  keys: 'keys',
};

/** Above several environments that are possible for a container endpoint. */
export const ONE_OF_THESE = 'one of these environments serves the credentials:';

/** For environments about which nothing general can be said. */
export const DECIDED_ELSEWHERE: Readonly<Partial<Record<EnvironmentKind, string>>> = {
  process: 'the command decides how long its credentials are valid',
  keys: 'the program that stored the keys decided how long they are valid',
};

/** In "AWS does not document …". */
const SUBJECT_NAMES: Readonly<Record<FactSubject, string>> = {
  validity: 'how long credentials are valid when issued',
  'cache-time': 'how long credentials are cached',
  'lead-time': 'how early new credentials appear',
  'rotation-interval': 'how often credentials are rotated',
  'worst-case': 'how much validity is left just before a rotation',
  'role-maximum-ignored': 'whether the maximum session duration of the role applies',
  'role-duration-not-binding': 'whether the session duration of the role applies',
  'login-validity': 'how long the login lasts',
  'run-time': 'how long a program may run',
};

/** `AWS does not document how often credentials are rotated`. Null if nothing is missing. */
export const describeUndocumented = (subjects: readonly FactSubject[]): string | null =>
  subjects.length === 0
    ? null
    : `AWS does not document ${joinWords(
        subjects.map((each) => SUBJECT_NAMES[each]),
        'or',
      )}`;

/** `rotated every 1h`. */
export const describeFact = (fact: GeneralFact): string => SENTENCES[fact.subject](fact);

const SENTENCES: Readonly<Record<FactSubject, (fact: GeneralFact) => string>> = {
  validity: (fact) => {
    const { condition, setting } = fact;
    if (setting !== null) return `sessions last ${describeSetting(fact, setting)}`;
    const length = formatRange(fact);
    if (condition === 'role-chaining') return `${length} if a role assumes the role (role chaining)`;
    return `valid for ${length} when issued`;
  },
  'cache-time': (fact) =>
    `the agent caches credentials for ${formatRange(fact)} ${fact.condition === 'target-role' ? 'with' : 'without'} a target role`,
  'lead-time': (fact) => `new credentials appear ${formatRange(fact)} before the old ones expire`,
  'rotation-interval': (fact) =>
    fact.usual === null && fact.shortest === null
      ? `rotated after ${formatRange(fact)}`
      : `rotated every ${formatRange(fact)}`,
  'worst-case': ({ shortest }) => `as little as ${duration(shortest ?? 0)} left just before a rotation`,
  'role-maximum-ignored': () => 'the maximum session duration of the role does not apply',
  'role-duration-not-binding': () => 'the validity can differ from the session duration of the role',
  'login-validity': (fact) => `the login lasts ${describeSetting(fact, fact.setting ?? 'portal')}`,
  'run-time': (fact) => `a function runs for ${formatRange(fact)}`,
};

function describeSetting({ shortest, usual, longest }: GeneralFact, setting: DurationSetting): string {
  const range = `${duration(shortest ?? 0)} to ${duration(longest ?? 0)}`;
  return `${duration(usual ?? 0)} by default; ${SETTINGS[setting](range)}`;
}

const SETTINGS: Readonly<Record<DurationSetting, (range: string) => string>> = {
  role: (range) => `a client can request ${range}, up to the maximum session duration of the role`,
  'permission-set': (range) => `the permission set can have ${range}`,
  'role-alias': (range) => `the role alias can have ${range}`,
  portal: (range) => `the administrator can set ${range}`,
};

/** `6h`, `5m to 15m`, `at least 5m`, `at most 6h`. */
function formatRange({ shortest, usual, longest }: GeneralFact): string {
  if (usual !== null) return duration(usual);
  if (shortest === null) return longest === null ? '' : `at most ${duration(longest)}`;
  return longest === null
    ? `at least ${duration(shortest)}`
    : `${duration(shortest)} to ${duration(longest)}`;
}

const METHODS: Readonly<Record<FactMethod, (title: string) => string>> = {
  measured: (title) => title,
  'aws-engineer': (title) => `an AWS engineer in ${title}`,
  'source-code': (title) => `source code of ${title}`,
  'withdrawn-page': (title) => `withdrawn page of AWS, ${title}`,
  'user-report': (title) => `report of a user, ${title}`,
};

/** `EC2 User Guide, undated`, `an AWS engineer in boto/botocore#2670, 2022`. */
export const describeReference = ({ title, year }: Reference, method: FactMethod | null): string =>
  `${method === null ? title : METHODS[method](title)}, ${year ?? 'undated'}`;
