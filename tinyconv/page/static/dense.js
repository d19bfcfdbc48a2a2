// How a linear layer makes a number: the largest of its many products, what the others come to, and the bias.
(function (tinyconv) {
  'use strict';

  const { element, equation, remark, sign, term } = tinyconv;
  const LARGEST = 12;

  /** Return the largest of some contributions, by size, and the sum of the others. */
  function ranked(contributions, single) {
    const sorted = [...contributions].sort((a, b) => Math.abs(b.product) - Math.abs(a.product));
    const rest = sorted.slice(LARGEST).map(({ product }) => product);
    return { top: sorted.slice(0, LARGEST), others: rest.length, rest: tinyconv.total(rest, single) };
  }

  /** Return a list of contributions: what × weight = product, with a bar as long as the product. */
  function contributions({ top, others, rest }, what) {
    const most = Math.max(...top.map(({ product }) => Math.abs(product)), Number.MIN_VALUE);
    const rows = top.map((one) => element('tr', { 'data-role': 'contribution', 'data-index': one.index },
      element('th', { scope: 'row' }, one.name || shortName(one.cell)),
      element('td', tinyconv.telling(one.value, one.cell), tinyconv.short(one.value)),
      element('td', tinyconv.telling(one.weight), tinyconv.short(one.weight)),
      element('td', tinyconv.telling(one.product), tinyconv.short(one.product)),
      element('td', { class: 'bar' }, bar(one.product / most))));
    const head = ['', what, 'weight', 'product', ''].map((word) => element('th', { scope: 'col' }, word));
    if (others) {
      rows.push(element('tr', {}, element('th', { scope: 'row' }, `the other ${others}`), element('td'),
        element('td'), element('td', { 'data-role': 'rest', ...tinyconv.telling(rest) }, tinyconv.short(rest)), element('td')));
    }
    return element('table', { class: 'contributions' },
      element('thead', {}, element('tr', {}, ...head)), element('tbody', {}, ...rows));
  }

  function bar(share) {
    const side = share < 0 ? 'negative' : 'positive';
    return element('span', { class: side, style: `width:${Math.min(100, 100 * Math.abs(share))}%` });
  }

  function linear(cell) {
    const { node } = cell;
    const [source] = node.sources;
    const single = tinyconv.isSingle(node);
    const row = node.index(cell);
    const weight = tinyconv.array(node.weight).subarray(row * source.size, (row + 1) * source.size);
    const all = Array.from(source.numbers(false), (value, index) => {
      const product = tinyconv.times(value, weight[index], single);
      return { index, value, weight: weight[index], product, cell: source.cellAt(index) };
    });
    const sum = tinyconv.total(all.map(({ product }) => product), single);
    const added = node.bias === null ? [] : [sign('+'), term('bias', tinyconv.array(node.bias)[row], 'bias')];
    const result = term(node.name, tinyconv.valueOf(cell, false), 'total', null, 'result');
    return [
      equation(term(`Σ of ${source.size} products`, sum, 'sums'), ...added, sign('='), result),
      remark('Every number that comes in has a weight of its own. The largest products:'),
      contributions(ranked(all, single), 'x'),
    ];
  }

  /** Return where a number of a row comes from: behind a flatten, its cell on the maps. */
  function shortName(cell) {
    const origin = cell.node.kind === 'flatten' ? tinyconv.sameCell(cell) : cell;
    if (origin.node.isVector) return `${origin.node.name} ${origin.node.index(origin)}`;
    return `${origin.node.name} map ${origin.channel} (${origin.row}, ${origin.col})`;
  }

  Object.assign(tinyconv, { ranked, contributions, shortName });
  Object.assign(tinyconv.explainers, { linear });
})((window.tinyconv = window.tinyconv || {}));
