import { Router } from 'express';
import { createFilingLimits, type FilingLimits } from '../commands/requests/filing-limits.ts';
import { createAdmission, type Admission } from '../platform/http/admission.ts';
import { createClientOf, type ClientOf } from '../platform/http/client.ts';
import { limitRequests } from '../platform/http/limit-requests.ts';
import { kindOf } from '../platform/http/question.ts';
import { createRateLimit, type RateLimit } from '../platform/http/rate-limit.ts';
import { exportAdmission } from '../platform/metrics.ts';
import type { Parts } from './parts.ts';

/** What stands between strangers and the public endpoints of a process. */
export interface Protection {
  readonly clientOf: ClientOf;
  /** Of one client's requests; `undefined`: not limited. */
  readonly requests: RateLimit | undefined;
  readonly filing: FilingLimits | undefined;
  readonly admission: Admission;
  /** Comes before all public routes. */
  readonly router: Router;
}

/** What-if questions per client and minute: each may cost a calculation of up to a second. */
const WHAT_IF_PER_MINUTE = 60;

/** Makes the limits as configured; each process has its own. */
export function createProtection({ config, database, metrics }: Parts): Protection {
  const clientOf = createClientOf(config.TRUSTED_PROXIES);
  const poolSize = (): number => database.stats().size;
  const { VALUATION_THREADS: threads, ADMISSION_MAX_QUEUE } = config;
  const admission = createAdmission({ poolSize, threads, maxQueue: () => ADMISSION_MAX_QUEUE });
  exportAdmission(metrics.registry, () => admission.stats());
  const router = Router();
  if (config.RATE_LIMIT === 'off') return { clientOf, requests: undefined, filing: undefined, admission, router };
  const requests = createRateLimit({ name: 'requests', perMinute: config.RATE_LIMIT });
  const whatIf = createRateLimit({ name: 'what-if', perMinute: WHAT_IF_PER_MINUTE });
  const filing = createFilingLimits({ perMinute: config.FILED_PER_MINUTE });
  router.use(
    limitRequests(clientOf, ({ method, originalUrl }) =>
      kindOf(method, originalUrl) === 'calculations' ? whatIf : requests,
    ),
  );
  return { clientOf, requests, filing, admission, router };
}
