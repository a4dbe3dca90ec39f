import type { Reference } from './fact.ts';

/** The year of a page without a date is null. */
const page = (title: string, url: string, year: number | null = null): Reference => ({ title, year, url });

/** The pages from which the facts are taken. */
export const REFERENCES = {
  ec2Guide: page(
    'EC2 User Guide',
    'https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instance-metadata-security-credentials.html',
  ),
  updateRole: page(
    'IAM API Reference, UpdateRole',
    'https://docs.aws.amazon.com/IAM/latest/APIReference/API_UpdateRole.html',
  ),
  knowledgeCenter: page(
    'AWS Knowledge Center on presigned URLs',
    'https://repost.aws/knowledge-center/presigned-url-s3-bucket-expiration',
    2022,
  ),
  botocore: page('boto/botocore#2670', 'https://github.com/boto/botocore/issues/2670', 2022),
  /** `fixtures/curl.log` and `fixtures/invoke.log`. Tests compare the facts with these files. */
  logsOf2015: { title: 'hourly logs of two EC2 instances', year: 2015, url: null },
  tilelive: page('mapbox/tilelive-s3#26', 'https://github.com/mapbox/tilelive-s3/issues/26', 2014),
  ecsGuide: page(
    'awsdocs/amazon-ecs-developer-guide#173',
    'https://github.com/awsdocs/amazon-ecs-developer-guide/issues/173',
    2022,
  ),
  eksGuide: page(
    'EKS User Guide',
    'https://docs.aws.amazon.com/eks/latest/userguide/pod-id-assign-target-role.html',
  ),
  eksAgent: page(
    'aws/eks-pod-identity-agent',
    'https://github.com/aws/eks-pod-identity-agent/blob/main/cmd/server.go',
  ),
  mamezou: page(
    'developer.mamezou-tech.com',
    'https://developer.mamezou-tech.com/en/blogs/2024/11/05/aws_cloudshell_credentials',
    2024,
  ),
  createRoleAlias: page(
    'AWS IoT API Reference, CreateRoleAlias',
    'https://docs.aws.amazon.com/iot/latest/apireference/API_CreateRoleAlias.html',
  ),
  greengrass: page(
    'aws-greengrass/aws-greengrass-nucleus#1559',
    'https://github.com/aws-greengrass/aws-greengrass-nucleus/issues/1559',
    2023,
  ),
  prowler: page('prowler-cloud/prowler#1259', 'https://github.com/prowler-cloud/prowler/issues/1259', 2022),
  amplify: page(
    'aws-amplify/amplify-hosting#3087',
    'https://github.com/aws-amplify/amplify-hosting/issues/3087',
    2022,
  ),
  lambdaGuide: page(
    'Lambda Developer Guide',
    'https://docs.aws.amazon.com/lambda/latest/dg/configuration-timeout.html',
  ),
  assumeRole: page(
    'STS API Reference, AssumeRole',
    'https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRole.html',
  ),
  assumeRoleWithWebIdentity: page(
    'STS API Reference, AssumeRoleWithWebIdentity',
    'https://docs.aws.amazon.com/STS/latest/APIReference/API_AssumeRoleWithWebIdentity.html',
  ),
  permissionSet: page(
    'IAM Identity Center User Guide, permission sets',
    'https://docs.aws.amazon.com/singlesignon/latest/userguide/howtosessionduration.html',
  ),
  portalSession: page(
    'IAM Identity Center User Guide, access portal',
    'https://docs.aws.amazon.com/singlesignon/latest/userguide/configure-user-session.html',
  ),
} as const satisfies Record<string, Reference>;
