import { BaseSequencer, type TestSpecification } from 'vitest/node';

/** Small files whose tests wait for time-outs and other programs. */
const WAITING = /\/test\/(?:peers|recipes)\//;

/**
 * Starts the files that wait before all others of their project. Vitest starts with the largest files if it
 * has no durations of an earlier run. A small file that waits was then the last, with one core idle.
 */
export class WaitingFilesFirst extends BaseSequencer {
  override async sort(files: TestSpecification[]): Promise<TestSpecification[]> {
    const sorted = await super.sort(files);
    const projects = [...new Set(sorted.map(({ project }) => project.name))];
    return projects.flatMap((name) => {
      const ofProject = sorted.filter(({ project }) => project.name === name);
      return [true, false].flatMap((first) =>
        ofProject.filter(({ moduleId }) => WAITING.test(moduleId) === first),
      );
    });
  }
}
