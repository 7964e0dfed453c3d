const { argv } = require('node:process');

// mocha adds the files of the command line to those named here: files named there must be the only ones that run.
const named = argv.slice(2).some((argument) => argument.includes('.test.ts'));

module.exports = {
  import: ['tsx'],
  require: ['test/support/root-hooks.ts'],
  spec: named ? [] : ['test/**/*.test.ts'],
  ignore: ['test/chaos/**', 'test/soak/**'],
  timeout: 20000,
  exit: false,
  'forbid-only': true,
};
