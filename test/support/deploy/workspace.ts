/**
 * Runs the built program as the files of `deploy` start it. A test file that imports this module needs
 * `npm run build`, and belongs to the project `built` of `vitest.config.mts`.
 */
import type { Recipe } from '../recipes/recipe.ts';
import { createWorkspace, type Workspace, type WorkspaceOptions } from '../recipes/workspace.ts';

const NO_RECIPE: Recipe = {
  name: 'deploy',
  document: 'deploy',
  blocks: [],
  unmarkedCount: 0,
  read: () => {
    throw new Error('the files of deploy are no recipe');
  },
};

/** A home folder, a working folder, and a PATH with the built cred-watch. */
export const createDeployWorkspace = (options: WorkspaceOptions = {}): Workspace =>
  createWorkspace(NO_RECIPE, options);
