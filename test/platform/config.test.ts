import { expect } from 'chai';
import { ConfigError, readConfig } from '../../src/platform/config.ts';

describe('the configuration', () => {
  it('needs nothing', () => {
    expect(readConfig({})).to.include({ PORT: 8080, PVE_DATA_DIR: '.pve', LOG_LEVEL: 'info' });
    expect(readConfig({}).ROLE).to.deep.equal(['api', 'worker', 'projector', 'ops']);
  });

  it('takes an empty variable as unset', () => {
    expect(readConfig({ PORT: '', DATABASE_URL: ' ', PVE_DATA_DIR: '' })).to.deep.equal(readConfig({}));
  });

  it('reads roles as a list', () => {
    expect(readConfig({ ROLE: 'worker, projector,worker' }).ROLE).to.deep.equal(['worker', 'projector']);
  });

  const bad: Record<string, Record<string, string>> = {
    PORT: { PORT: 'eighty' },
    ROLE: { ROLE: 'api,cook' },
    DATABASE_URL: { DATABASE_URL: 'mysql://localhost/x' },
    REDIS_URL: { REDIS_URL: 'localhost:6379' },
    EVENT_STORE_URL: { EVENT_STORE_URL: 'http://localhost:2113' },
    DATABASE_POOL_SIZE: { DATABASE_POOL_SIZE: '500' },
    RATE_LIMIT: { RATE_LIMIT: 'some' },
    TRUSTED_PROXIES: { TRUSTED_PROXIES: '10.0.0.0/8,proxy' },
    LOG_LEVEL: { LOG_LEVEL: 'loud' },
  };
  for (const [name, environment] of Object.entries(bad)) {
    it(`names ${name} when its value cannot be used, in one line`, () => {
      expect(() => readConfig(environment)).to.throw(ConfigError, new RegExp(`^configuration: ${name}[^\n]*$`));
    });
  }
});
