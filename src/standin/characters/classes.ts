/** The classes that generated characters have, with what only they wear. Names are the game's. */

type Stat = 'STR' | 'DEX' | 'INT' | 'LUK' | '최대 HP';

/** A weapon, secondary weapon or emblem. `attack` and `magic` are those of the blank item. */
export interface ClassItem {
  readonly part: string;
  readonly name: string;
  readonly level: number;
  readonly attack?: number;
  readonly magic?: number;
}

export interface GameClass {
  readonly name: string;
  /** Key of the armour names in `catalogue.ts`. */
  readonly job: Job;
  /** Stats worth having, best first. */
  readonly stats: readonly Stat[];
  readonly attack: '공격력' | '마력';
  readonly weapons: readonly ClassItem[];
  readonly secondary: ClassItem;
  readonly emblem: ClassItem;
}

export type Job = '전사' | '마법사' | '궁수' | '도적' | '해적';

/** Weapons of one kind in the three usual sets. */
function weapons(part: string, kind: string, attack: number, magic = 0): ClassItem[] {
  const share = (of: number, percent: number): number => Math.round((of * percent) / 100);
  return [
    { part, name: `제네시스 ${kind}`, level: 200, attack: share(attack, 115), magic: share(magic, 115) },
    { part, name: `아케인셰이드 ${kind}`, level: 200, attack, magic },
    { part, name: `앱솔랩스 ${kind}`, level: 160, attack: share(attack, 70), magic: share(magic, 70) },
  ];
}

const emblem = (name: string): ClassItem => ({ part: '엠블렘', name, level: 100, attack: 2, magic: 2 });
const secondary = (part: string, name: string): ClassItem => ({ part, name, level: 100, attack: 3, magic: 3 });

const mage = { job: '마법사', stats: ['INT'], attack: '마력' } as const;
const fighter = { job: '전사', stats: ['STR'], attack: '공격력' } as const;

export const evan: GameClass = {
  ...mage,
  name: '에반',
  weapons: weapons('스태프', '스태프', 204, 347),
  secondary: secondary('문서', '드래곤마스터의 유산'),
  emblem: emblem('골드 드래곤 엠블렘'),
};

export const hero: GameClass = {
  ...fighter,
  name: '히어로',
  weapons: weapons('두손검', '투핸드소드', 295),
  secondary: secondary('메달', '히어로의 메달'),
  emblem: emblem('골드 메이플리프 엠블렘'),
};

export const bowmaster: GameClass = {
  name: '보우마스터',
  job: '궁수',
  stats: ['DEX'],
  attack: '공격력',
  weapons: weapons('활', '보우', 276),
  secondary: secondary('화살깃', '퍼펙트 화살깃'),
  emblem: emblem('골드 메이플리프 엠블렘'),
};

export const nightLord: GameClass = {
  name: '나이트로드',
  job: '도적',
  stats: ['LUK'],
  attack: '공격력',
  weapons: weapons('아대', '가즈', 149),
  secondary: secondary('부적', '흑풍의 부적'),
  emblem: emblem('골드 메이플리프 엠블렘'),
};

export const xenon: GameClass = {
  name: '제논',
  job: '해적',
  stats: ['STR', 'DEX', 'LUK'],
  attack: '공격력',
  weapons: weapons('에너지소드', '에너지체인', 221),
  secondary: secondary('컨트롤러', '옥타코어 컨트롤러'),
  emblem: emblem('하이브리드 하트'),
};

export const demonAvenger: GameClass = {
  ...fighter,
  name: '데몬어벤져',
  stats: ['최대 HP'],
  weapons: weapons('데스페라도', '데스페라도', 295),
  secondary: secondary('포스실드', '루인 포스실드'),
  emblem: emblem('골드 데몬 엠블렘'),
};

const bishop: GameClass = {
  ...mage,
  name: '비숍',
  weapons: weapons('완드', '완드', 201, 342),
  secondary: secondary('마도서', '백색의 마도서'),
  emblem: emblem('골드 메이플리프 엠블렘'),
};

const paladin: GameClass = {
  ...fighter,
  name: '팔라딘',
  weapons: weapons('두손둔기', '투핸드해머', 295),
  secondary: secondary('로자리오', '숭고한 로자리오'),
  emblem: emblem('골드 메이플리프 엠블렘'),
};

const buccaneer: GameClass = {
  name: '바이퍼',
  job: '해적',
  stats: ['STR'],
  attack: '공격력',
  weapons: weapons('너클', '클로', 221),
  secondary: secondary('손목보호대', '투지의 손목보호대'),
  emblem: emblem('골드 메이플리프 엠블렘'),
};

const mechanic: GameClass = {
  name: '메카닉',
  job: '해적',
  stats: ['DEX'],
  attack: '공격력',
  weapons: weapons('건', '피스톨', 216),
  secondary: secondary('매그넘', '이볼빙 매그넘'),
  emblem: emblem('골드 레지스탕스 엠블렘'),
};

/** Classes of derived characters, by number. */
export const classes: readonly GameClass[] = [
  ...[evan, hero, bowmaster, nightLord, xenon, demonAvenger],
  ...[bishop, paladin, buccaneer, mechanic],
];
