// Preloaded with `node --require`: writes to EVALUATED_LOG which modules inside the bundles a run has evaluated.
// esbuild names the function around a module that is loaded when used after the file of the module.
const { writeFileSync } = require('node:fs');
const { Session } = require('node:inspector');

const session = new Session();
session.connect();
session.post('Profiler.enable');
session.post('Profiler.startPreciseCoverage', { callCount: true, detailed: false });

process.on('exit', () => {
  session.post('Profiler.takePreciseCoverage', (_, { result }) => {
    const evaluated = result
      .flatMap(({ functions }) => functions)
      .filter(
        ({ functionName, ranges: [{ count }] }) => /^(src|node_modules)\//.test(functionName) && count > 0,
      )
      .map(({ functionName }) => functionName);
    writeFileSync(process.env.EVALUATED_LOG, JSON.stringify(evaluated.sort()));
  });
});
