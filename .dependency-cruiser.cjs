/** Who may import whom: the rooms of the house. No exceptions list. */
const rooms = ['commands', 'projections', 'read-api', 'ops'];
module.exports = {
  forbidden: [
    { name: 'no-cycles', severity: 'error', from: {}, to: { circular: true } },
    {
      name: 'domain-is-pure',
      comment: 'domain imports nothing from outside domain but hashing and uuid',
      severity: 'error',
      from: { path: '^src/domain' },
      to: { pathNot: ['^src/domain', '^(node:)?crypto$', 'node_modules/uuid'] },
    },
    {
      name: 'event-store-below-rooms',
      severity: 'error',
      from: { path: '^src/event-store' },
      to: { path: '^src/', pathNot: ['^src/event-store', '^src/platform', '^src/domain'] },
    },
    {
      name: 'platform-at-the-bottom',
      severity: 'error',
      from: { path: '^src/platform' },
      to: { path: '^src/', pathNot: ['^src/platform', '^src/domain'] },
    },
    ...rooms.map((room) => ({
      name: `${room}-meets-others-in-the-log`,
      severity: 'error',
      from: { path: `^src/${room}` },
      to: { path: '^src/', pathNot: [`^src/${room}`, '^src/(domain|event-store|platform)'] },
    })),
    {
      name: 'standin-stands-alone',
      comment: 'the stand-in plays the game API: it shares no code with what it tests',
      severity: 'error',
      from: { path: '^src/standin' },
      to: { path: '^src/', pathNot: ['^src/standin'] },
    },
  ],
  options: {
    tsPreCompilationDeps: true,
    tsConfig: { fileName: 'tsconfig.json' },
    doNotFollow: { path: 'node_modules' },
    enhancedResolveOptions: { exportsFields: ['exports'], conditionNames: ['import', 'node'] },
  },
};
