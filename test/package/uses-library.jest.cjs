const { readReport } = require('cred-watch');
require('cred-watch/jest');

test('toOutlive passes for a safe job and fails for others', () => {
  const report = readReport({ host: 'linux' });
  expect(report).toOutlive('4h59m36s', { margin: 0 });
  expect(report).not.toOutlive('5h', { margin: 0 });
  expect(() => expect(report).toOutlive('5h', { margin: 0 })).toThrow('24s short at the worst moment');
  expect(() => expect(readReport({ host: 'unknown-host' })).not.toOutlive('5h')).toThrow(
    'the verdict is unknown',
  );
});
