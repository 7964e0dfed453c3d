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

  it('spends what the free key allows on the game API, and does not count for the local stand-in', () => {
    const budget = (environment: Record<string, string>) => {
      const config = readConfig(environment);
      return [config.UPSTREAM_REQUESTS_PER_SECOND, config.UPSTREAM_REQUESTS_PER_DAY];
    };
    expect(budget({ NEXON_API_KEY: 'key' })).to.deep.equal([4, 900]);
    expect(budget({})).to.deep.equal([500, 20_000_000]);
    const given = { UPSTREAM_REQUESTS_PER_SECOND: '50', UPSTREAM_REQUESTS_PER_DAY: '1000' };
    expect(budget({ NEXON_API_KEY: 'key', ...given })).to.deep.equal([50, 1000]);
    expect(budget(given)).to.deep.equal([50, 1000]);
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
    ADMISSION_MAX_QUEUE: { ADMISSION_MAX_QUEUE: '9' },
    LOG_LEVEL: { LOG_LEVEL: 'loud' },
    UPSTREAM_BREAKER: { UPSTREAM_BREAKER: 'ajar' },
    UPSTREAM_CONCURRENCY: { UPSTREAM_CONCURRENCY: '51' },
    UPSTREAM_TOTAL_TIMEOUT_MS: { UPSTREAM_CONNECT_TIMEOUT_MS: '3001' },
  };
  for (const [name, environment] of Object.entries(bad)) {
    it(`names ${name} when its value cannot be used, in one line`, () => {
      expect(() => readConfig(environment)).to.throw(ConfigError, new RegExp(`^configuration: ${name}[^\n]*$`));
    });
  }
});
