// Words of the plan that is only drawn.
import { inBoth } from './lang';

export const whatIfWords = inBoth(
  {
    title: '预演', nothingSent: '尚未召集任何人', drawing: '正在预演…', expected: (n: number, m: string) => `约 ${m} 分钟后 ${n} 人到场（一半的把握）`, unsure: (n: number) => `够 ${n} 人可召，但多半凑不齐`,
    never: (may: number, count: number) => `凑不齐：可召 ${may} 人，需要 ${count} 人`, refused: (n: number) => `考虑 ${n} 人，不可召：`, comma: '，', asked: (n: number) => `会召集 ${n} 人`,
  },
  {
    title: 'What would happen', nothingSent: 'nobody has been asked', drawing: 'Drawing the plan…', expected: (n, m) => `${n} there in about ${m} min (one half)`, unsure: (n) => `${n} may be asked, but more likely they will not all come`,
    never: (may, count) => `Cannot be filled: ${may} may be asked, ${count} wanted`, refused: (n) => `${n} considered, not askable: `, comma: ', ', asked: (n) => `${n} would be asked`,
  },
);
