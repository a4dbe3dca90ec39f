import {
  EXPECTED_PROVIDERS,
  type Expectation,
  type ExpectedProvider,
} from '../../domain/provider-chain/expectation.ts';
import { isRole, parseAccountOfRole } from '../../sources/role-name.ts';
import { buildChoiceHint } from './flag-hints.ts';
import { InvalidValueError } from './invalid-value.ts';
import { ROLE_HINT } from './value-parsers.ts';

export const EXPECTATION_KEYS = ['role', 'account'] as const;

const EXAMPLE = 'write container,role=loader,account=111122223333';

/** Names of services, for users who do not know ours. */
const OTHER_NAMES: Readonly<Record<string, ExpectedProvider>> = {
  ecs: 'container',
  eks: 'container',
  'pod-identity': 'container',
  task: 'container',
  irsa: 'web-identity',
  ec2: 'imds',
  instance: 'imds',
  env: 'environment',
  keys: 'environment',
};

/** `container,role=loader,account=111122223333`. A comma in the name of a role is written `\,`. */
export function parseExpectation(text: string): Expectation {
  const [name = '', ...conditions] = text.split(/(?<!\\),/).map((part) => part.replaceAll('\\,', ',').trim());
  const provider = EXPECTED_PROVIDERS.find((each) => each === name);
  if (provider === undefined) {
    const other = OTHER_NAMES[name.toLowerCase()];
    const hint = buildChoiceHint(name, EXPECTED_PROVIDERS);
    throw new InvalidValueError(
      name === ''
        ? 'names no provider'
        : name.includes('=')
          ? 'does not begin with a provider'
          : 'is unknown',
      name.includes('=') ? EXAMPLE : other === undefined ? hint : `did you mean ${other}? ${hint}`,
    );
  }
  const expectation: Expectation = { provider, role: null, accountId: null };
  for (const condition of conditions) addCondition(expectation, condition);
  return expectation;
}

function addCondition(expectation: Expectation, condition: string): void {
  const [, key = '', value = ''] = /^([^=]*)=(.*)$/s.exec(condition) ?? [];
  if (key === 'role') {
    if (expectation.role !== null) throw new InvalidValueError('names two roles', EXAMPLE);
    if (!isRole(value)) {
      throw new InvalidValueError(`has an invalid role '${value}'`, ROLE_HINT);
    }
    expectation.role = value;
    const account = parseAccountOfRole(value);
    if (account !== null) addAccount(expectation, account);
  } else if (key === 'account') {
    if (!/^\d{12}$/.test(value)) {
      throw new InvalidValueError(`has an invalid account '${value}'`, 'an account id has 12 digits');
    }
    addAccount(expectation, value);
  } else {
    throw new InvalidValueError(
      condition.includes('=') ? `has the unknown condition '${key}'` : `has '${condition}' without a value`,
      condition.includes('=') ? buildChoiceHint(key, EXPECTATION_KEYS) : EXAMPLE,
    );
  }
}

function addAccount(expectation: Expectation, accountId: string): void {
  if (expectation.accountId !== null && expectation.accountId !== accountId) {
    throw new InvalidValueError('names two accounts', EXAMPLE);
  }
  expectation.accountId = accountId;
}
