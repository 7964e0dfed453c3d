import type { ClassItem, GameClass, Job } from './classes.ts';

/** Which lines an item can have. */
export type LineGroup = 'weapon' | 'secondary' | 'emblem' | 'hat' | 'gloves' | 'armour' | 'accessory' | 'heart';

/** What makes an item one that cannot be valued, or not wholly. */
type Quirk = 'superior' | 'scrolled' | 'sealed' | 'unknown-line' | 'seed-ring';

export interface CatalogueItem extends ClassItem {
  /** Each of the four stats of the blank item. */
  readonly stats?: number;
  readonly armor?: number;
  /** Dropped by a boss: four bonus options of higher stages. */
  readonly boss?: true;
  readonly quirk?: Quirk;
  readonly description?: string;
}

/** A place to wear something. */
export interface Slot {
  readonly slot: string;
  readonly lines: LineGroup | null;
  readonly stars: boolean;
  readonly bonusOptions: 'weapon' | 'armour' | null;
  readonly items: (wearer: GameClass) => readonly CatalogueItem[];
}

const JOB_WORDS: Readonly<Record<Job, { set: string; garments: readonly string[]; root: readonly string[] }>> = {
  전사: { set: '나이트', garments: ['헬름', '아머', '팬츠'], root: ['워리어헬름', '워리어아머', '워리어팬츠'] },
  마법사: { set: '메이지', garments: ['햇', '로브', '팬츠'], root: ['던위치햇', '던위치로브', '던위치팬츠'] },
  궁수: { set: '아처', garments: ['햇', '후드', '팬츠'], root: ['레인져베레', '레인져후드', '레인져팬츠'] },
  도적: { set: '시프', garments: ['반다나', '셔츠', '팬츠'], root: ['어새신보닛', '어새신셔츠', '어새신팬츠'] },
  해적: { set: '파이렛', garments: ['햇', '코트', '팬츠'], root: ['원더러햇', '원더러코트', '원더러팬츠'] },
};

const PLACE = ['하이네스', '이글아이', '트릭스터'];

/** Hat, top and bottom (garment 0, 1, 2): the level 250 and the level 150 set. */
function garment(part: string, index: number) {
  return ({ job }: GameClass): CatalogueItem[] => {
    const words = JOB_WORDS[job];
    const eternal = `에테르넬 ${words.set}${words.garments[index] ?? ''}`;
    const root = `${PLACE[index] ?? ''} ${words.root[index] ?? ''}`;
    return [
      { part, name: eternal, level: 250, stats: 50, armor: 325, boss: true },
      { part, name: root, level: 150, stats: 30, armor: 150, boss: true },
      { part, name: root, level: 150, stats: 30, armor: 150, boss: true, quirk: 'scrolled' },
    ];
  };
}

/** Shoes, gloves, cape and shoulder: the level 200 and the level 160 set. */
function accessoryOfSet(part: string, word: string) {
  return ({ job }: GameClass): CatalogueItem[] => [
    { part, name: `아케인셰이드 ${JOB_WORDS[job].set}${word}`, level: 200, stats: 40, armor: 300, boss: true },
    { part, name: `앱솔랩스 ${JOB_WORDS[job].set}${word}`, level: 160, stats: 20, armor: 150, boss: true },
    {
      part,
      name: `앱솔랩스 ${JOB_WORDS[job].set}${word}`,
      level: 160,
      stats: 20,
      armor: 150,
      boss: true,
      quirk: 'sealed',
    },
  ];
}

/** Everybody's items of one part. */
function common(part: string, items: readonly Omit<CatalogueItem, 'part'>[]) {
  const worn = items.map((item) => ({ part, ...item }));
  return (): CatalogueItem[] => worn;
}

const EVENT_RING = '이벤트 기간 동안 모험에 힘쓴 용사에게 주어진 반지이다.\n잠재능력을 재설정할 수 있다.';

const rings = common('반지', [
  { name: '거대한 공포', level: 200, stats: 5, attack: 4, magic: 4 },
  { name: '여명의 가디언 엔젤 링', level: 160, stats: 5, attack: 2, magic: 2 },
  { name: '마이스터링', level: 140, stats: 5, attack: 1, magic: 1 },
  { name: '실버블라썸 링', level: 110, stats: 5, attack: 1, magic: 1 },
  { name: '테네브리스 원정대 반지', level: 120, stats: 16, attack: 10, magic: 10, description: EVENT_RING },
  { name: '코스모스 링', level: 120, stats: 12, attack: 8, magic: 8, description: EVENT_RING },
  { name: '리스트레인트 링', level: 110, stats: 4, attack: 4, magic: 4, quirk: 'seed-ring' },
  { name: '컨티뉴어스 링', level: 110, stats: 4, attack: 4, magic: 4, quirk: 'seed-ring' },
]);

const pendants = common('펜던트', [
  { name: '데이브레이크 펜던트', level: 140, stats: 8, attack: 2, magic: 2, armor: 100, boss: true },
  { name: '고통의 근원', level: 160, stats: 10, attack: 3, magic: 3, armor: 100, boss: true },
  { name: '도미네이터 펜던트', level: 140, stats: 20, attack: 3, magic: 3, armor: 100, boss: true },
  { name: '매커네이터 펜던트', level: 120, stats: 10, attack: 1, magic: 1, armor: 100, boss: true },
]);

const face = common('얼굴장식', [
  { name: '루즈 컨트롤 머신 마크', level: 160, stats: 10, attack: 10, magic: 10, armor: 120, boss: true },
  { name: '트와일라이트 마크', level: 140, stats: 5, attack: 5, magic: 5, armor: 100, boss: true },
  { name: '응축된 힘의 결정석', level: 110, stats: 5, attack: 5, magic: 5, armor: 60, boss: true },
]);

const eye = common('눈장식', [
  { name: '마력이 깃든 안대', level: 160, stats: 15, attack: 3, magic: 3, armor: 200, boss: true },
  { name: '파풀라투스 마크', level: 145, stats: 8, attack: 1, magic: 1, armor: 120, boss: true },
  { name: '블랙빈 마크', level: 135, stats: 7, attack: 1, magic: 1, armor: 120, boss: true },
  { name: '블랙빈 마크', level: 135, stats: 7, attack: 1, magic: 1, armor: 120, boss: true, quirk: 'unknown-line' },
]);

const earring = common('귀고리', [
  { name: '커맨더 포스 이어링', level: 200, stats: 7, attack: 5, magic: 5, armor: 100, boss: true },
  { name: '에스텔라 이어링', level: 160, stats: 7, attack: 2, magic: 2, armor: 100, boss: true },
  { name: '마이스터 이어링', level: 140, stats: 5, attack: 4, magic: 4, armor: 50 },
]);

const belt = common('벨트', [
  { name: '몽환의 벨트', level: 200, stats: 50, attack: 6, magic: 6, armor: 150, boss: true },
  { name: '분노한 자쿰의 벨트', level: 150, stats: 18, attack: 1, magic: 1, armor: 150, boss: true },
  { name: '골든 클로버 벨트', level: 140, stats: 15, attack: 1, magic: 1, armor: 100, boss: true },
  { name: '타일런트 케이론 벨트', level: 150, stats: 50, attack: 25, armor: 150, quirk: 'superior' },
]);

const heart = common('기계 심장', [
  { name: '블랙 하트', level: 120, stats: 10, attack: 77, magic: 77 },
  { name: '페어리 하트', level: 100, stats: 5, attack: 10, magic: 10 },
  { name: '슈페리얼 리튬 하트', level: 80, stats: 3 },
]);

const pocket = common('포켓 아이템', [
  ...['적', '청', '녹', '황'].map((colour): Omit<CatalogueItem, 'part'> => ({
    ...{ name: `저주받은 ${colour}의 마도서`, level: 160, stats: 20, attack: 10, magic: 10, boss: true },
    description: '포켓 슬롯에만 장착 가능',
  })),
  {
    name: '핑크빛 성배',
    level: 140,
    stats: 5,
    attack: 5,
    magic: 5,
    boss: true,
    description: '포켓 슬롯에만 장착 가능',
  },
]);

const medal = common('훈장', [
  {
    name: '칠요의 몬스터파커',
    level: 100,
    stats: 7,
    attack: 7,
    magic: 7,
    description: '일곱 요일의 훈장을 모두 모은 이의 훈장',
  },
  { name: '핑아일체', level: 120, stats: 5, attack: 3, magic: 3, description: '핑크빈과 하나가 된 자의 훈장' },
]);

const badge = common('뱃지', [
  {
    name: '칠요의 뱃지',
    level: 100,
    stats: 7,
    attack: 7,
    magic: 7,
    description: '숨겨진 효과도 없는 심심한 뱃지라고 한다.',
  },
  {
    name: '크리스탈 웬투스 뱃지',
    level: 130,
    stats: 10,
    attack: 5,
    magic: 5,
    description: '웬투스의 바람이 담긴 뱃지',
  },
]);

const armour = { lines: 'armour', stars: true, bonusOptions: 'armour' } as const;
const accessory = { lines: 'accessory', stars: true, bonusOptions: 'armour' } as const;
const inert = { lines: null, stars: false, bonusOptions: null } as const;
const ring = { lines: 'accessory', stars: true, bonusOptions: null, items: rings } as const;

/** Everything that can be worn, in the order of the API. */
export const slots: readonly Slot[] = [
  { ...armour, slot: '모자', lines: 'hat', items: garment('모자', 0) },
  { ...accessory, slot: '얼굴장식', items: face },
  { ...accessory, slot: '눈장식', items: eye },
  { ...accessory, slot: '귀고리', items: earring },
  { ...armour, slot: '상의', items: garment('상의', 1) },
  { ...armour, slot: '하의', items: garment('하의', 2) },
  { ...armour, slot: '신발', items: accessoryOfSet('신발', '슈즈') },
  { ...armour, slot: '장갑', lines: 'gloves', items: accessoryOfSet('장갑', '글러브') },
  { ...armour, slot: '망토', items: accessoryOfSet('망토', '케이프') },
  { ...inert, slot: '보조무기', lines: 'secondary', items: (wearer) => [wearer.secondary] },
  {
    slot: '무기',
    lines: 'weapon',
    stars: true,
    bonusOptions: 'weapon',
    items: (wearer) => wearer.weapons.map(fromBoss),
  },
  { ...ring, slot: '반지1' },
  { ...ring, slot: '반지2' },
  { ...ring, slot: '반지3' },
  { ...ring, slot: '반지4' },
  { ...accessory, slot: '펜던트', items: pendants },
  { ...inert, slot: '훈장', items: medal },
  { ...armour, slot: '벨트', items: belt },
  { ...armour, slot: '어깨장식', bonusOptions: null, items: accessoryOfSet('어깨장식', '숄더') },
  { ...inert, slot: '포켓 아이템', bonusOptions: 'armour', items: pocket },
  { slot: '기계 심장', lines: 'heart', stars: true, bonusOptions: null, items: heart },
  { ...inert, slot: '뱃지', items: badge },
  { ...inert, slot: '엠블렘', lines: 'emblem', items: (wearer) => [wearer.emblem] },
  { ...accessory, slot: '펜던트2', items: pendants },
];

function fromBoss(item: ClassItem): CatalogueItem {
  return { ...item, boss: true };
}
