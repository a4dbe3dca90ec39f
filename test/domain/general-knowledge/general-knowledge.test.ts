import { describe, expect, test } from 'vitest';
import {
  ENVIRONMENT_KINDS,
  type EnvironmentKind,
  findEnvironment,
} from '../../../src/domain/general-knowledge/environment.ts';
import type { GeneralFact } from '../../../src/domain/general-knowledge/fact.ts';
import {
  findExpectedRotation,
  getGeneralKnowledge,
} from '../../../src/domain/general-knowledge/general-knowledge.ts';
import { REFERENCES } from '../../../src/domain/general-knowledge/references.ts';
import { SOURCE_NAMES, type SourceName } from '../../../src/domain/model.ts';
import { analyse } from '../../../src/domain/verdict/analyse.ts';
import { logsOf2015 } from '../../support/report/assessments.ts';

const listFacts = (kind: EnvironmentKind) => getGeneralKnowledge(kind).facts;
const ALL = ENVIRONMENT_KINDS.flatMap((kind) => listFacts(kind).map((fact) => [kind, fact] as const));

describe('facts', () => {
  test.each(ALL)('%s: a fact has a reference, and its values are in order', (_kind, fact) => {
    const { reference, evidence, method, shortest, usual, longest } = fact;
    expect(reference.title).not.toBe('');
    expect(method === null).toBe(evidence === 'documented');
    const stated = [shortest, usual, longest].filter((each) => each !== null);
    expect(stated).toEqual([...stated].sort((a, b) => a - b));
    expect(stated.length > 0 || fact.subject.startsWith('role-')).toBe(true);
    expect(stated.every((each) => Number.isInteger(each) && each > 0)).toBe(true);
  });

  test('a documented fact is on a page of AWS', () => {
    const urls = ALL.filter(([, { evidence }]) => evidence === 'documented').map(
      ([, { reference }]) => reference.url,
    );
    expect(
      urls.filter((url) => !/^https:\/\/(docs\.aws\.amazon\.com|repost\.aws)\//.test(url ?? '')),
    ).toEqual([]);
  });

  test('each reference is used, and has a plausible year or none', () => {
    const used = new Set(ALL.map(([, { reference }]) => reference));
    expect(Object.values(REFERENCES).filter((each) => !used.has(each))).toEqual([]);
    for (const { year } of Object.values(REFERENCES))
      if (year !== null) expect(year >= 2010 && year <= 2026).toBe(true);
  });

  test('the measured facts about IMDS come from the logs of 2015', async () => {
    const measured = (await logsOf2015()).map((each) => analyse(each, { now: 0, maxAge: null }).measurement!);
    const range = (key: 'rotationInterval' | 'validityWhenIssued') => ({
      shortest: Math.min(...measured.map((each) => each[key]!.min)),
      longest: Math.max(...measured.map((each) => each[key]!.max)),
    });
    const find = (subject: GeneralFact['subject']) =>
      listFacts('imds').find((each) => each.method === 'measured' && each.subject === subject);
    expect(find('rotation-interval')).toMatchObject(range('rotationInterval'));
    expect(find('validity')).toMatchObject(range('validityWhenIssued'));
    expect(find('worst-case')?.shortest).toBe(
      Math.min(...measured.map(({ worstCase }) => worstCase.seconds)),
    );
  });
});

test('AWS documents how early new credentials appear in IMDS, but not how often they are rotated', () => {
  expect(getGeneralKnowledge('imds').undocumented).toEqual(['rotation-interval']);
});

test('AWS documents nothing about the credentials of an ECS task and of CloudShell', () => {
  for (const kind of ['ecs', 'cloudshell'] as const) {
    const { facts, undocumented } = getGeneralKnowledge(kind);
    expect(facts.map(({ evidence }) => evidence)).toEqual(['published']);
    expect(undocumented).toEqual(['validity', 'lead-time', 'rotation-interval']);
  }
});

test('a session that a client requests has no rotation to document', () => {
  expect(getGeneralKnowledge('assumed-role').undocumented).toEqual([]);
  expect(getGeneralKnowledge('lambda').undocumented).toEqual(['validity']);
});

test('the expected rotation is the stated interval, else the end of the validity', () => {
  const within = (kind: EnvironmentKind) => findExpectedRotation(getGeneralKnowledge(kind))?.within ?? null;
  expect(within('imds')).toBe(3600);
  expect(within('eks-pod-identity')).toBe(3 * 3600);
  expect(within('ecs')).toBe(6 * 3600);
  expect(within('cloudshell')).toBe(900);
  expect(within('greengrass')).toBe(3600);
  expect(within('process')).toBeNull();
});

describe('the environment', () => {
  const container = (variables: Record<string, string>, platform: 'codebuild' | 'amplify' | null = null) =>
    findEnvironment({ source: 'container', variables, platform });
  const full = (uri: string) => container({ AWS_CONTAINER_CREDENTIALS_FULL_URI: uri });

  test.each<[SourceName, EnvironmentKind]>([
    ['imds', 'imds'],
    ['github', 'github-actions'],
    ['role', 'assumed-role'],
    ['sso', 'sso'],
    ['process', 'process'],
    ['profile', 'keys'],
    ['environment', 'keys'],
    ['web-identity', 'web-identity'],
  ])('the environment of a stored series of %s is %s', (source, kind) => {
    expect(findEnvironment({ source })).toEqual([kind]);
  });

  test('the environment of a stored container series is one of six', () => {
    expect(findEnvironment({ source: 'container' })).toHaveLength(6);
  });

  test('the environment of each source has facts, or none by definition', () => {
    for (const source of SOURCE_NAMES)
      for (const kind of findEnvironment({ source }))
        expect(getGeneralKnowledge(kind).facts.length > 0 || ['process', 'keys'].includes(kind)).toBe(true);
  });

  test('the environment of a container follows from its variables', () => {
    const relative = { AWS_CONTAINER_CREDENTIALS_RELATIVE_URI: '/v2/credentials/1' };
    expect(container(relative)).toEqual(['ecs']);
    expect(container(relative, 'codebuild')).toEqual(['codebuild']);
    expect(container(relative, 'amplify')).toEqual(['amplify']);
    expect(full('http://169.254.170.23/v1/credentials')).toEqual(['eks-pod-identity']);
    expect(full('http://[fd00:ec2::23]/v1/credentials')).toEqual(['eks-pod-identity']);
    expect(full('http://localhost:1338/latest/meta-data/container/security-credentials')).toEqual([
      'cloudshell',
    ]);
    expect(full('http://localhost:8090/2016-11-01/credentialprovider/')).toEqual(['greengrass']);
    expect(full('http://169.254.170.2/v2/credentials/1')).toEqual(['ecs']);
  });

  test('a container with a token of EKS is Pod Identity, at any address', () => {
    const variables = {
      AWS_CONTAINER_CREDENTIALS_FULL_URI: 'http://127.0.0.1:8080/v1/credentials',
      AWS_CONTAINER_AUTHORIZATION_TOKEN_FILE:
        '/var/run/secrets/pods.eks.amazonaws.com/serviceaccount/eks-pod-identity-token',
    };
    expect(container(variables)).toEqual(['eks-pod-identity']);
  });

  test('the environment of a local credential server is unknown', () => {
    expect(full('http://127.0.0.1:9911/credentials')).toEqual([]);
  });

  test('the environment of a blank or invalid URI is one of six', () => {
    expect(full(' ')).toHaveLength(6);
    expect(full('no URL')).toHaveLength(6);
  });

  test('a web identity token is of IRSA if EKS mounted the token', () => {
    const variables = {
      AWS_WEB_IDENTITY_TOKEN_FILE: '/var/run/secrets/eks.amazonaws.com/serviceaccount/token',
    };
    expect(findEnvironment({ source: 'web-identity', variables })).toEqual(['irsa']);
    expect(findEnvironment({ source: 'web-identity', variables: {} })).toEqual(['web-identity']);
  });

  test('keys in variables are of Lambda if Lambda runs the program', () => {
    expect(findEnvironment({ source: 'environment', variables: {}, platform: 'lambda' })).toEqual(['lambda']);
    expect(findEnvironment({ source: 'environment', variables: {}, platform: null })).toEqual(['keys']);
  });
});
