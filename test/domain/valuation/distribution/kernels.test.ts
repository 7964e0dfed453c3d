import { expect } from 'chai';
import { realFromSpectrum } from '../../../../src/domain/valuation/distribution/fft.ts';
import { gridAt } from '../../../../src/domain/valuation/distribution/grid.ts';
import { borrowing } from '../../../../src/domain/valuation/distribution/vector.ts';
import { neumaierRunningSums, neumaierSum } from '../../../../src/domain/valuation/distribution/neumaier.ts';

describe('the numerical kernels', () => {
  it('sum without losing small terms', () => {
    expect(neumaierSum([1, 1e100, 1, -1e100])).to.equal(2);
    expect([...neumaierRunningSums(Float64Array.of(1, 1e100, 1, -1e100))].at(-1)).to.equal(2);
    expect(neumaierSum(Array<number>(1e6).fill(0.1))).to.be.closeTo(1e5, 1e-10);
  });

  it('invert a real transform', () => {
    const size = 64;
    const values = Array.from({ length: size }, (_, n) => Math.sin(n * n) + n / 7);
    const re = new Float64Array(size / 2 + 1);
    const im = new Float64Array(size / 2 + 1);
    for (let k = 0; k < re.length; k++) {
      re[k] = values.reduce((total, x, n) => total + x * Math.cos((2 * Math.PI * k * n) / size), 0);
      im[k] = values.reduce((total, x, n) => total - x * Math.sin((2 * Math.PI * k * n) / size), 0);
    }
    [...realFromSpectrum({ re, im }, size)].forEach((x, n) => expect(x).to.be.closeTo(values[n]!, 1e-12));
  });

  it('pay on the grid exactly, between grid points with mean and square kept, never amplified', () => {
    const grid = gridAt(40);
    const once = grid.pay(grid.step * 10);
    const twice = grid.pay(grid.step * 20);
    once.re.forEach((x, k) => expect(x * x - once.im[k]! ** 2).to.be.closeTo(twice.re[k]!, 1e-14));
    for (const cells of [0.01, 0.3, 0.5, 0.8, 7.45, 5000.2]) {
      const { re, im } = grid.pay(grid.step * cells);
      const exact = Math.exp((cells * Math.log(1e-8)) / 4096);
      const angle = (2 * Math.PI * cells) / 4096;
      // at a low frequency all of z^cells up to third order in the cell
      expect(re[1]).to.be.closeTo(exact * Math.cos(angle), 1e-7 * exact);
      expect(im[1]).to.be.closeTo(exact * Math.sin(angle), 1e-7 * exact);
      re.forEach((x, k) => expect(Math.hypot(x, im[k]!)).to.be.at.most(exact * (1 + 1e-6)));
    }
  });

  it('keep on a grid what laws share while it is used, and of all grids together at most 24 MiB', () => {
    const made: number[] = [];
    const share = (key: number) => gridAt(key % 50).shared(key, () => (made.push(key), gridAt(key % 50).pay(key)));
    const enough = Math.ceil((24 * 1024 ** 2) / (2 * 8 * gridAt(0).count));
    const timesMade = (wanted: number) => made.filter((key) => key === wanted).length;
    const [first, second] = borrowing(() => [share(1e6), share(1e6)]);
    expect(second).to.equal(first);
    borrowing(() => {
      for (let key = 2e6; key <= 2e6 + 3 * enough; key++) {
        share(key);
        if (key % 100 === 0) share(1e6);
      }
    });
    expect(timesMade(1e6)).to.equal(1);
    borrowing(() => {
      for (let key = 4e6; key <= 4e6 + enough; key++) share(key);
      share(1e6);
    });
    expect(timesMade(1e6)).to.equal(2);
  });
});
