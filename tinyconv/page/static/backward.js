// How a gradient came about: from the gradients behind a cell, by whatever took the cell's value.
(function (tinyconv) {
  'use strict';

  const { element, equation, remark, sign, term } = tinyconv;

  /** Return what shows how the gradient by a cell's value came about. */
  function backward(cell) {
    const gradient = tinyconv.valueOf(cell, true);
    const parts = [equation(
      term(`value · ${cell.node.name}`, tinyconv.valueOf(cell, false), 'value'),
      sign('→'),
      term('gradient by it', gradient, 'gradient', null, 'result'),
    )];
    const { consumers } = cell.node;
    if (!consumers.length) parts.push(remark(atTheEnd(gradient)));
    for (const consumer of consumers) parts.push(...from(cell, consumer));
    return parts;
  }

  function atTheEnd(gradient) {
    if (gradient === 1) return 'All gradients on this page are by this very number, so its own is 1.';
    return `All gradients on this page are by ${tinyconv.nameOf(tinyconv.target)}, and not by this number: 0.`;
  }

  function from(cell, consumer) {
    const head = element('h3', {}, `What came back through ${consumer.name}`);
    const explain = BACKWARD[consumer.kind];
    return [head, ...(explain ? explain(cell, consumer) : [remark(`It came through ${consumer.name}.`)])];
  }

  /** Return the cell at the same index of a consumer. */
  function after(cell, consumer) {
    return consumer.cellAt(cell.node.index(cell));
  }

  function behind(cell) {
    return term(`gradient · ${cell.node.name}`, tinyconv.valueOf(cell, true), 'behind', cell);
  }

  function convolution(cell, consumer) {
    const size = consumer.C / consumer.groups;
    const first = Math.floor(cell.channel / (cell.node.C / consumer.groups)) * size;
    const grid = tinyconv.users(consumer.window, cell.row, cell.col, consumer.H, consumer.W);
    const lines = Array.from({ length: size }, (_, i) => spread(cell, consumer, first + i, grid));
    const sum = tinyconv.total(lines.map((line) => line.sum), tinyconv.isSingle(consumer));
    const scales = { kernel: scale(lines, 'kernel'), products: scale(lines, 'products') };
    return [
      equation(term(`Σ of ${tinyconv.count(size, 'filter')} of ${consumer.name}`, sum, 'sums')),
      remark('Each tap of each filter that read this value sends back: the gradient of what it made × its weight.'),
      tinyconv.manyLines(`back ${consumer.number}`, size, (i) => shown(lines[i], consumer, scales)),
    ];
  }

  /** Return what one filter sends back to a cell: gradients, weights, products and their sum. */
  function spread(cell, consumer, filter, grid) {
    const weight = tinyconv.array(consumer.weight);
    const [KH, KW] = consumer.window.kernel_size;
    const inputs = cell.node.C / consumer.groups;
    const start = (filter * inputs + (cell.channel % inputs)) * KH * KW;
    const single = tinyconv.isSingle(consumer);
    const gradients = grid.map((line) => line.map((tap) => gradientAt(consumer, filter, tap)));
    const kernel = grid.map((line) => line.map(({ kh, kw }) => ({ value: weight[start + kh * KW + kw] })));
    const products = gradients.map((line, i) => line.map(({ value }, j) => (
      { value: value === null ? null : tinyconv.times(value, kernel[i][j].value, single) })));
    const numbers = products.flat().map(({ value }) => value).filter((value) => value !== null);
    return { filter, gradients, kernel, products, sum: tinyconv.total(numbers, single) };
  }

  function gradientAt(node, channel, tap) {
    if (!tap.inside) return { value: null };
    const cell = { node, channel, row: tap.row, col: tap.col };
    return { value: tinyconv.valueOf(cell, true), cell };
  }

  function scale(lines, what) {
    const numbers = lines.flatMap((line) => line[what].flat().map(({ value }) => value));
    return tinyconv.around(numbers.filter((value) => value !== null), true);
  }

  function shown({ filter, gradients, kernel, products, sum }, consumer, scales) {
    const colours = tinyconv.scaleOf(consumer, true);
    return tinyconv.channelLine(
      `map ${filter}`,
      tinyconv.table('gradients', `gradients of map ${filter}`, filter, gradients, colours),
      sign('×'),
      tinyconv.table('kernel', `kernel of filter ${filter}`, filter, kernel, scales.kernel),
      sign('='),
      tinyconv.table('products', `products of filter ${filter}`, filter, products, scales.products),
      element('span', { class: 'sum' }, 'Σ ', tinyconv.number(sum, 'sum')),
    );
  }

  /** Return the windows of a pool that this cell lies in. */
  function windows(cell, consumer) {
    const grid = tinyconv.users(consumer.window, cell.row, cell.col, consumer.H, consumer.W).flat();
    return grid.filter(({ inside }) => inside)
      .map(({ row, col }) => ({ node: consumer, channel: cell.channel, row, col }));
  }

  function max_pool(cell, consumer) {
    const lines = windows(cell, consumer).map((window) => {
      const winner = tinyconv.winnerOf(window);
      const won = winner && winner.row === cell.row && winner.col === cell.col;
      const said = won ? 'this cell won: the gradient comes here' : 'another cell won: nothing comes here';
      return equation(behind(window), sign('·'), element('span', { class: won ? 'won' : 'lost' }, said));
    });
    return lines.length ? lines : [remark(`No window of ${consumer.name} sees this cell.`)];
  }

  function average_pool(cell, consumer) {
    return windows(cell, consumer).map((window) => {
      const divisor = tinyconv.divisorOf(consumer, window.row, window.col, cell.node);
      return equation(behind(window), sign('/'), term('cells', divisor, 'divisor'));
    });
  }

  function global_average(cell, consumer) {
    const mean = consumer.cellAt(cell.channel);
    return [equation(behind(mean), sign('/'), term('cells', cell.node.H * cell.node.W, 'divisor'))];
  }

  function pointwise(cell, consumer) {
    const next = after(cell, consumer);
    const made = term(`value · ${consumer.name}`, tinyconv.valueOf(next, false), 'behind-value', next);
    return [equation(behind(next), made), remark(slope(next))];
  }

  function slope({ node, ...cell }) {
    if (!node.call.startsWith('ReLU')) return `It is multiplied by the slope of ${node.formula}.`;
    const open = !(tinyconv.valueOf({ node, ...cell }, false) <= 0);
    return open ? 'ReLU let the value through, so the gradient comes back through it.'
      : 'ReLU made it 0, so no gradient comes back.';
  }

  function same(cell, consumer) {
    return [equation(behind(after(cell, consumer))), remark('It comes back as it is.')];
  }

  function linear(cell, consumer) {
    const index = cell.node.index(cell);
    const weight = tinyconv.array(consumer.weight);
    const single = tinyconv.isSingle(consumer);
    const all = Array.from(consumer.numbers(true), (value, row) => {
      const factor = weight[row * cell.node.size + index];
      const product = tinyconv.times(value, factor, single);
      return { index: row, value, weight: factor, product, cell: consumer.cellAt(row) };
    });
    return [
      remark('Each output that took this number sends back: its gradient × its weight.'),
      tinyconv.contributions(tinyconv.ranked(all, single), 'gradient'),
    ];
  }

  function normalization(cell, consumer) {
    const next = after(cell, consumer);
    const weight = consumer.weight === null ? 1 : tinyconv.ofChannel(next, 'weight');
    return [equation(behind(next), sign('·'), term('weight', weight, 'weight'), ...perDeviation(next))];
  }

  function perDeviation(next) {
    const variance = term('variance', tinyconv.ofChannel(next, 'var'), 'var');
    return [sign('/ √('), variance, sign('+'), term('eps', next.node.eps, 'eps'), sign(')')];
  }

  function modulation(cell, consumer) {
    const next = after(cell, consumer);
    return [equation(behind(next), sign('·'), term('γ, scale', tinyconv.ofChannel(next, 'gamma'), 'gamma'))];
  }

  function conditional(cell, consumer) {
    const [line] = modulation(cell, consumer);
    line.append(...perDeviation(after(cell, consumer)));
    return [line];
  }

  const BACKWARD = {
    convolution, max_pool, average_pool, global_average, pointwise, flatten: same, concatenation: same,
    residual: same, linear, normalization, modulation, conditional,
  };

  Object.assign(tinyconv, { backward, windows, after });
})((window.tinyconv = window.tinyconv || {}));
