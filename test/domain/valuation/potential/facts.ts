/** Verified values that stay with the project: independent enumerations of the official tables. */

/** Probability of one roll: [kind, method, slot, item level, grade, goal, probability]. */
export const rollFacts = [
  ['main', 'meso', 'cape', 200, 'legendary', { STR: 21 }, 0.035605167715811625],
  ['main', 'meso', 'cape', 200, 'legendary', { STR: 33 }, 0.00040988284397554156],
  ['main', 'meso', 'cape', 200, 'legendary', { ALL: 18 }, 0.00261351101921304],
  ['main', 'meso', 'cape', 200, 'legendary', { HP: 30 }, 0.001879609589912308],
  ['main', 'meso', 'cape', 250, 'legendary', { STR: 33 }, 0.0022491139895482316],
  ['main', 'meso', 'emblem', 200, 'legendary', { ATT_lines: 2, IED_lines: 1 }, 0.001269976321823635],
  ['main', 'meso', 'gloves', 250, 'legendary', { CD: 16 }, 0.0025839845142353584],
  ['main', 'meso', 'hat', 200, 'legendary', { COOL: 2, STR: 9 }, 0.013213481213944913],
  ['main', 'meso', 'hat', 250, 'legendary', { COOL: 4 }, 0.0006252358559737919],
  ['main', 'meso', 'ring', 200, 'legendary', { DROP_lines: 1, MESO_lines: 1 }, 0.003049644140410754],
  ['main', 'meso', 'top', 200, 'legendary', { STR: 30 }, 0.0012041112659676445],
  ['main', 'meso', 'secondary', 200, 'legendary', { ATT: 21 }, 0.005264606176140591],
  ['main', 'meso', 'weapon', 200, 'legendary', { ATT: 36 }, 0.000001160722102272407],
  ['main', 'meso', 'weapon', 200, 'legendary', { BOSS: 70, ATT: 9 }, 0.000812257536643431],
  ['main', 'meso', 'cape', 160, 'unique', { STR: 18 }, 0.008053474153927903],
  ['main', 'meso', 'weapon', 160, 'unique', { ATT: 21 }, 0.00015230047342595213],
  ['main', 'red', 'cape', 160, 'legendary', { STR: 30 }, 0.00172611505168291],
  ['main', 'red', 'ring', 160, 'legendary', { DROP_lines: 2 }, 0.000655853601717277],
  ['main', 'red', 'cape', 160, 'unique', { STR: 18 }, 0.006611874435613731],
  ['main', 'gold', 'cape', 200, 'legendary', { STR: 21 }, 0.014234724866155395],
  ['main', 'silver', 'weapon', 160, 'unique', { ATT: 21 }, 0.00010034257645254426],
  ['main', 'bronze', 'cape', 160, 'epic', { STR: 9 }, 0.008319288169785662],
  ['additional', 'meso', 'cape', 200, 'legendary', { STR: 14 }, 0.003131580738326278],
  ['additional', 'meso', 'emblem', 200, 'legendary', { ATT: 21 }, 0.004919279953602651],
  ['additional', 'meso', 'gloves', 200, 'legendary', { CD: 3 }, 0.03422386163388061],
  ['additional', 'meso', 'ring', 200, 'legendary', { DROP: 5 }, 0.05221186806057483],
  ['additional', 'meso', 'weapon', 200, 'legendary', { ATT: 24 }, 0.00013606160057030468],
] as const;

/** Tries of one step: [method of main or additional, grade, miracle time, failures so far, mean, p90, most]. */
export const tierUpFacts = [
  ['main', 'meso', 'rare', false, 0, 5.551045013293111, 11, 11],
  ['main', 'meso', 'rare', true, 0, 3.267422416768052, 7, 11],
  ['main', 'meso', 'epic', true, 0, 13.655238011857964, 32, 43],
  ['main', 'meso', 'unique', false, 0, 55.848165160158885, 108, 108],
  ['main', 'meso', 'unique', false, 50, 39.89791364919358, 58, 58],
  ['main', 'meso', 'unique', false, 107, 1, 1, 1],
  ['main', 'red', 'unique', false, 0, 259.3467351520393, 501, 501],
  ['additional', 'meso', 'epic', true, 0, 48.53508650920837, 117, 153],
  ['additional', 'meso', 'unique', false, 100, 79.16798051572124, 115, 115],
  ['additional', 'white', 'rare', false, 0, 16.592820043104574, 32, 32],
] as const;

/** Cost of a whole way: [kind, slot, item level, start grade, goal, mean, sd, p50, p75, p90, p95, p99]. */
export const routeFacts = [
  ['additional', 'gloves', 160, 'epic', { CD: 3 }, 12501781348.39174, 6055980013.929937],
  ['additional', 'weapon', 200, 'rare', { ATT: 12 }, 12680105840.668587, 6118165844.241303],
  ['main', 'cape', 200, 'rare', { STR: 21 }, 3783177029.184907, 1928098754.789492],
  ['main', 'weapon', 200, 'rare', { BOSS_lines: 2 }, 4146788146.4041295, 2180028330.718071],
  ['main', 'cape', 250, 'unique', { STR: 23 }, 3727837553.7337503, 2121165212.8503387],
] as const;
export const routeQuantiles = [
  [11972750000, 17434150000, 20471950000, 22119500000, 25966550000],
  [12018600000, 18048800000, 21139800000, 22290400000, 24853400000],
  [3649500000, 5067000000, 6205500000, 7065000000, 9063000000],
  [4002750000, 5413500000, 6887250000, 7996500000, 10579500000],
  [3570000000, 5130000000, 6390000000, 7340000000, 9555000000],
] as const;

/** The ten worked goals of a level-285 Evan: [kind, slot, item level, lines, goal, mean trials]. */
export const workedGoals = [
  [
    'main',
    'hat',
    250,
    ['스킬 재사용 대기시간 -2초', '스킬 재사용 대기시간 -2초', '피격 시 5% 확률로 데미지의 40% 무시'],
    { COOL: 4 },
    1599.4,
  ],
  ['additional', 'hat', 250, ['스킬 재사용 대기시간 -1초', 'INT +7%', 'INT +7%'], { COOL: 1, S: 140 }, 11380],
  ['main', 'top', 250, ['INT +13%', 'INT +10%', '올스탯 +7%'], { S: 300 }, 364.4],
  ['additional', 'earring', 200, ['캐릭터 기준 9레벨 당 INT +2', '올스탯 +5%', 'INT +6%'], { S: 172 }, 690.7],
  ['main', 'gloves', 200, ['크리티컬 데미지 +8%', '최대 HP +9%', '크리티컬 데미지 +8%'], { CD: 16 }, 387.0],
  ['main', 'emblem', 200, ['몬스터 방어율 무시 +35%', '마력 +12%', '마력 +9%'], { MATT: 21, IED: 35 }, 4228],
  ['additional', 'weapon', 200, ['마력 +12%', '마력 +9%', '캐릭터 기준 9레벨 당 LUK +1'], { MATT: 21 }, 213.5],
  ['additional', 'secondary', 100, ['마력 +12%', '데미지 +9%', '마력 +9%'], { MATT: 21, DAMAGE: 9 }, 9423],
  ['main', 'ring', 100, ['올스탯 +9%', '아이템 드롭률 +20%', '최대 HP +9%'], { DROP: 20, S: 90 }, 40.3],
  ['main', 'pendant', 140, ['메소 획득량 +20%', '아이템 드롭률 +20%', 'INT +9%'], { DROP: 20, MESO: 20, S: 90 }, 2475],
] as const;
