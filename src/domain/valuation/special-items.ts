/** Items that the game API does not mark, told by their names: superior, granted stars, boss drops. */

const superiorLine = /^(노바|헬리시움 정예) ?(히아데스|헤르메스|케이론|리카온|알테어)/u;

/** Superior items have star rules and stats of their own, for which there is no table here. */
export function isSuperior(name: string): boolean {
  return name.includes('타일런트') || superiorLine.test(name);
}

/** Stars that an item is handed over with: liberation weapons come with 22. */
export function grantedStars(name: string): number {
  return name.startsWith('제네시스') || name.startsWith('데스티니') ? 22 : 0;
}

const bossPrefixes = [
  '파프니르',
  '앱솔랩스',
  '아케인셰이드',
  '에테르넬',
  '제네시스',
  '데스티니',
  '하이네스',
  '이글아이',
  '트릭스터',
  '로얄 반 레온',
  '라이온하트',
  '드래곤테일',
  '팔콘윙',
  '레이븐혼',
  '샤크투스',
  '네크로',
  '자쿰의 포이즈닉',
];

const bossNames: ReadonlySet<string> = new Set([
  '응축된 힘의 결정석',
  '아쿠아틱 레터 눈장식',
  '블랙빈 마크',
  '파풀라투스 마크',
  '지옥의 불꽃',
  '데아 시두스 이어링',
  '에스텔라 이어링',
  '매커네이터 펜던트',
  '도미네이터 펜던트',
  '데이브레이크 펜던트',
  '트와일라이트 마크',
  '골든 클로버 벨트',
  '분노한 자쿰의 벨트',
  '핑크빛 성배',
  '루즈 컨트롤 머신 마크',
  '마력이 깃든 안대',
  '몽환의 벨트',
  '고통의 근원',
  '커맨더 포스 이어링',
  '저주받은 적의 마도서',
  '저주받은 청의 마도서',
  '저주받은 녹의 마도서',
  '저주받은 황의 마도서',
  '죽음의 맹세',
  '오만의 원죄',
  '굶주리는 핏빛 원혼',
]);

/** Whether the name is known as a boss drop: such items always roll four bonus options, two stages higher. */
export function isKnownBossItem(name: string): boolean {
  return bossNames.has(name) || bossPrefixes.some((prefix) => name.startsWith(prefix));
}
