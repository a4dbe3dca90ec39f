import type { RecipeRun, Workspace } from './workspace.ts';

/**
 * Validates a JSON file of a recipe as the input of an AWS command, with the API model of the AWS CLI.
 * No request is sent.
 */
export function validateInput({ shell }: Workspace, aws: string, command: string, file: string) {
  const flags = `--region eu-west-1 --generate-cli-skeleton output --cli-input-json file://${file}`;
  return shell(`${aws} ${command} ${flags}`, {
    env: {
      AWS_EC2_METADATA_DISABLED: 'true',
      AWS_ACCESS_KEY_ID: 'example',
      AWS_SECRET_ACCESS_KEY: 'example',
    },
  }) satisfies Promise<RecipeRun>;
}
