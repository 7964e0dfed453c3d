/** One attempt as the rules state it: probabilities that sum to 1. */
export interface StarRow {
  readonly success: number;
  readonly maintain: number;
  readonly decrease: number;
  readonly destroy: number;
  /** Star of the copy that a destroyed item goes on with; `undefined` where nothing is destroyed. */
  readonly starAfterDestroy: number | undefined;
  /** Divisor in the cost of an attempt. */
  readonly costDivisor: number;
}

/** Restoring a destroyed item to the star it had. */
interface RestoreRules {
  readonly fromStar: number;
  /** Spare copies consumed, from `fromStar` upwards. */
  readonly spares: readonly number[];
  /** Fee in mesos from `fromStar` upwards, by item level; shorter where the level cannot reach so many stars. */
  readonly feeByLevel: ReadonlyMap<number, readonly number[]>;
}

/** Star force of one time and place. */
export interface StarForceRules {
  readonly ruleSet: string;
  /** By star, from 0. */
  readonly attempts: readonly StarRow[];
  /** Highest star for items up to a level, ascending; the last level is the highest there is. */
  readonly maxStarUpToLevel: readonly { readonly level: number; readonly maxStar: number }[];
  /** `built-in`: the probabilities contain it. */
  readonly starCatch: 'built-in' | 'optional';
  /** Membership and PC room make attempts cheaper up to this star. */
  readonly discountedUpToStar: number;
  /** The event against destruction works up to this star. */
  readonly destroyEventUpToStar: number;
  /** Protection from destruction, for a surcharge of so many times the undiscounted cost. */
  readonly safeguard: { readonly fromStar: number; readonly toStar: number; readonly surcharge: number };
  /** After two drops in a row the next attempt is certain. */
  readonly certainAfterTwoDrops: boolean;
  readonly restore: RestoreRules | undefined;
}

/**
 * Checks the JSON of a rule file (`rules/starforce/*.json`) and gives it its types. Throws an `Error` that names what is
 * wrong: a row that does not sum to one, a star or level out of order, a missing or unfit value.
 */
export function parseStarForceRules(json: unknown): StarForceRules {
  const file = objectAt(json, 'file');
  const ruleSet = file.ruleSet;
  if (typeof ruleSet !== 'string') fail('ruleSet', 'a text');
  const unit = wholeAt(file.unit, 'unit');
  const attempts = listAt(file.attempts, 'attempts').map((row, star) => parseRow(row, star, unit));
  const maxStarUpToLevel = listAt(file.maxStarUpToLevel, 'maxStarUpToLevel').map(parseBand);
  maxStarUpToLevel.forEach(({ level, maxStar }, index) => {
    const before = maxStarUpToLevel[index - 1];
    if (before && (level <= before.level || maxStar <= before.maxStar)) fail('maxStarUpToLevel', 'ascending');
    if (maxStar > attempts.length) fail('maxStarUpToLevel', `at most ${attempts.length} stars`);
  });
  return {
    ...{ ruleSet, attempts, maxStarUpToLevel },
    starCatch: oneOf(file.starCatch, ['built-in', 'optional'] as const, 'starCatch'),
    discountedUpToStar: wholeAt(file.discountedUpToStar, 'discountedUpToStar'),
    destroyEventUpToStar: wholeAt(file.destroyEventUpToStar, 'destroyEventUpToStar'),
    safeguard: parseSafeguard(file.safeguard),
    certainAfterTwoDrops: oneOf(file.certainAfterDrops, [null, 2] as const, 'certainAfterDrops') === 2,
    restore: file.restore === null ? undefined : parseRestore(file.restore),
  };
}

function parseRow(json: unknown, star: number, unit: number): StarRow {
  const name = `attempts[${star}]`;
  const [success, maintain, decrease, destroy, after, costDivisor] = listAt(json, name);
  const weights = [success, maintain, decrease, destroy].map((weight) => wholeAt(weight, name));
  const [a = 0, b = 0, c = 0, d = 0] = weights;
  if (a + b + c + d !== unit) fail(name, `a row that sums to ${unit}`);
  if (a === 0) fail(name, 'a chance to succeed');
  if (c > 0 && star === 0) fail(name, 'no drop below 0 stars');
  if (d > 0 !== (after !== null)) fail(name, 'a star after destruction exactly where there is destruction');
  const starAfterDestroy = after === null ? undefined : wholeAt(after, name);
  // Stars up to 12 may be passed two at a time (an event): a destroyed item must not fall among them.
  if (starAfterDestroy !== undefined && (starAfterDestroy > star || starAfterDestroy < 12))
    fail(name, 'a star after destruction from 12 to the star itself');
  const divisor = wholeAt(costDivisor, name);
  if (divisor === 0) fail(name, 'a divisor');
  return {
    ...{ success: a / unit, maintain: b / unit, decrease: c / unit, destroy: d / unit },
    ...{ starAfterDestroy, costDivisor: divisor },
  };
}

function parseBand(json: unknown): { level: number; maxStar: number } {
  const [level, maxStar] = listAt(json, 'maxStarUpToLevel');
  return { level: wholeAt(level, 'maxStarUpToLevel'), maxStar: wholeAt(maxStar, 'maxStarUpToLevel') };
}

function parseSafeguard(json: unknown): StarForceRules['safeguard'] {
  const { fromStar, toStar, surcharge } = objectAt(json, 'safeguard');
  return {
    fromStar: wholeAt(fromStar, 'safeguard.fromStar'),
    toStar: wholeAt(toStar, 'safeguard.toStar'),
    surcharge: wholeAt(surcharge, 'safeguard.surcharge'),
  };
}

function parseRestore(json: unknown): RestoreRules {
  const { fromStar, spares, feeByLevel } = objectAt(json, 'restore');
  const counts = listAt(spares, 'restore.spares').map((count) => wholeAt(count, 'restore.spares'));
  const fees = Object.entries(objectAt(feeByLevel, 'restore.feeByLevel')).map(([level, list]) => {
    const name = `restore.feeByLevel.${level}`;
    const amounts = listAt(list, name).map((fee) => wholeAt(fee, name));
    if (amounts.length > counts.length) fail(name, `at most ${counts.length} fees`);
    return [wholeAt(Number(level), name), amounts] as const;
  });
  return { fromStar: wholeAt(fromStar, 'restore.fromStar'), spares: counts, feeByLevel: new Map(fees) };
}

function objectAt(json: unknown, name: string): Readonly<Record<string, unknown>> {
  if (typeof json !== 'object' || json === null || Array.isArray(json)) fail(name, 'an object');
  return json as Readonly<Record<string, unknown>>;
}

function listAt(json: unknown, name: string): readonly unknown[] {
  return Array.isArray(json) ? json : fail(name, 'a list');
}

function wholeAt(json: unknown, name: string): number {
  return Number.isSafeInteger(json) && (json as number) >= 0 ? (json as number) : fail(name, 'whole numbers from 0');
}

function oneOf<T>(json: unknown, choices: readonly T[], name: string): T {
  return choices.includes(json as T) ? (json as T) : fail(name, `one of ${choices.join(', ')}`);
}

function fail(name: string, expected: string): never {
  throw new Error(`star force rules: ${name} must be ${expected}`);
}
