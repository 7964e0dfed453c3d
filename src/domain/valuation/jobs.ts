/** What a class values in its equipment: the table behind requirement scores and bonus-option scores. */

export type Stat = 'STR' | 'DEX' | 'INT' | 'LUK';

/** Physical attack or magic attack; a class never uses the other one. */
export type AttackKind = 'ATT' | 'MATT';

/** What a bonus-option score can weigh; `ALL` and `DAMAGE`, `BOSS` are per percent, everything else per point. */
export const weightKeys = ['STR', 'DEX', 'INT', 'LUK', 'HP', 'MP', 'ALL', 'ATT', 'MATT', 'BOSS', 'DAMAGE'] as const;
export type WeightKey = (typeof weightKeys)[number];

/** Score per unit of each bonus option; an absent key weighs nothing. */
export type Weights = Readonly<Partial<Record<WeightKey, number>>>;

export interface Job {
  /** Stats that count fully: one for most classes, three for Xenon, none for Demon Avenger (who lives on HP). */
  readonly main: readonly Stat[];
  /** Stats that count a tenth in the default weights. */
  readonly sub: readonly Stat[];
  readonly attack: AttackKind;
  /** Classes whose stat score has a formula of its own. */
  readonly special?: 'xenon' | 'demon-avenger';
  /** Default weights of the bonus-option score. */
  readonly weights: Weights;
}

function ordinary(main: Stat, sub: readonly Stat[], attack: AttackKind): Job {
  const subWeights = Object.fromEntries(sub.map((stat) => [stat, 0.1]));
  return { main: [main], sub, attack, weights: { [main]: 1, ...subWeights, ALL: 10, [attack]: 4 } };
}

const xenon: Job = {
  main: ['STR', 'DEX', 'LUK'],
  sub: [],
  attack: 'ATT',
  special: 'xenon',
  weights: { STR: 1, DEX: 1, LUK: 1, ALL: 20, ATT: 4 },
};

const demonAvenger: Job = {
  main: [],
  sub: [],
  attack: 'ATT',
  special: 'demon-avenger',
  weights: { HP: 1 / 175, ATT: 4, ALL: 0 },
};

/** Class names as the game API writes them, spaces stripped. Xenon's weights are our assumption. */
const table: readonly (readonly [Job, string])[] = [
  [
    ordinary('STR', ['DEX'], 'ATT'),
    '히어로 팔라딘 다크나이트 소울마스터 미하일 블래스터 데몬슬레이어 아란 카이저 아델 제로 렌 바이퍼 캐논슈터 캐논마스터 스트라이커 은월 아크',
  ],
  [
    ordinary('DEX', ['STR'], 'ATT'),
    '보우마스터 신궁 패스파인더 윈드브레이커 와일드헌터 메르세데스 카인 캡틴 메카닉 엔젤릭버스터',
  ],
  [
    ordinary('INT', ['LUK'], 'MATT'),
    '아크메이지(불,독) 아크메이지(썬,콜) 비숍 플레임위자드 배틀메이지 에반 루미너스 일리움 라라 키네시스',
  ],
  [ordinary('LUK', ['DEX'], 'ATT'), '나이트로드 나이트워커 팬텀 칼리 호영'],
  [ordinary('LUK', ['DEX', 'STR'], 'ATT'), '섀도어 듀얼블레이더 듀얼블레이드 카데나'],
  [xenon, '제논'],
  [demonAvenger, '데몬어벤져'],
];

const jobs: ReadonlyMap<string, Job> = new Map(
  table.flatMap(([job, names]) => names.split(' ').map((name) => [name, job] as const)),
);

/** The job of a class name (spaces do not matter), or `undefined`: then what depends on it is `unknown-class`. */
export function jobOf(characterClass: string): Job | undefined {
  return jobs.get(characterClass.replace(/\s+/gu, ''));
}
