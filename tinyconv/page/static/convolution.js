// How a convolution makes a number: patch × kernel = products, for each channel; their sums, and the bias.
(function (tinyconv) {
  'use strict';

  const { element, equation, remark, sign, term } = tinyconv;

  /** Return what shows how a cell of a convolution came about. */
  function convolution(cell) {
    const work = worked(cell);
    const sum = tinyconv.total(work.lines.map((line) => line.sum), work.single);
    return [
      result(cell, work, sum),
      remark(laid(cell, work)),
      tinyconv.manyLines(`${cell.node.number}`, work.lines.length, (i) => shown(work, i)),
    ];
  }

  /** Return all numbers of the calculation: for each channel its patch, kernel, products and sum. */
  function worked(cell) {
    const { node } = cell;
    const [source] = node.sources;
    const single = tinyconv.isSingle(node);
    const taps = tinyconv.taps(node.window, cell.row, cell.col, source.H, source.W);
    const size = source.C / node.groups;
    const first = Math.floor(cell.channel / (node.C / node.groups)) * size;
    const lines = Array.from({ length: size }, (_, i) => multiplied(cell, source, first + i, i, taps, single));
    const scales = { kernel: scale(lines, 'kernel'), products: scale(lines, 'products') };
    return { source, single, taps, lines, size, scales };
  }

  function multiplied(cell, source, channel, position, taps, single) {
    const weight = tinyconv.array(cell.node.weight);
    const [KH, KW] = cell.node.window.kernel_size;
    const start = (cell.channel * (source.C / cell.node.groups) + position) * KH * KW;
    const patch = taps.map((row) => row.map((tap) => looked(source, channel, tap)));
    const kernel = taps.map((row) => row.map(({ kh, kw }) => ({ value: weight[start + kh * KW + kw] })));
    const products = patch.map((row, i) =>
      row.map(({ value }, j) => ({ value: tinyconv.times(value, kernel[i][j].value, single) })));
    const sum = tinyconv.total(products.flat().map(({ value }) => value), single);
    return { channel, patch, kernel, products, sum };
  }

  /** Return the number under a tap: 0 where it stands on the padding. */
  function looked(source, channel, tap) {
    if (!tap.inside) return { value: 0, mark: 'padding' };
    const cell = { node: source, channel, row: tap.row, col: tap.col };
    return { value: tinyconv.valueOf(cell, false), cell };
  }

  function scale(lines, what) {
    return tinyconv.around(lines.flatMap((line) => line[what].flat().map(({ value }) => value)), true);
  }

  function shown(work, i) {
    const { channel, patch, kernel, products, sum } = work.lines[i];
    const { scales } = work;
    const name = tinyconv.channelName(work.source, channel);
    const colours = tinyconv.scaleOf(work.source, false);
    return tinyconv.channelLine(
      name,
      tinyconv.table('patch', `patch of ${name}`, channel, patch, colours, caption(i, 'patch')),
      sign('×'),
      tinyconv.table('kernel', `kernel of ${name}`, channel, kernel, scales.kernel, caption(i, 'kernel')),
      sign('='),
      tinyconv.table('products', `products of ${name}`, channel, products, scales.products, caption(i, 'products')),
      element('span', { class: 'sum' }, 'Σ ', tinyconv.number(sum, 'sum')),
    );
  }

  /** Return a caption: only the first of many lines has one. */
  function caption(line, word) {
    return line ? null : word;
  }

  function result(cell, work, sum) {
    const { bias } = cell.node;
    const added = bias === null ? [] : [sign('+'), term('bias', tinyconv.array(bias)[cell.channel], 'bias')];
    const word = work.lines.length > 1 ? `Σ of ${work.lines.length} channels` : 'Σ of the products';
    const total = term(cell.node.name, tinyconv.valueOf(cell, false), 'total', null, 'result');
    return equation(term(word, sum, 'sums'), ...added, sign('='), total);
  }

  /** Return where the kernel lies, in words. */
  function laid(cell, work) {
    const { window, groups } = cell.node;
    const [KH, KW] = window.kernel_size;
    const words = [`Filter ${cell.channel} is ${tinyconv.count(work.size, 'kernel')} of ${KH}×${KW}`];
    words.push(`, one for each ${groups > 1 ? `channel of its group (of ${groups})` : 'channel that comes in'}.`);
    if (Math.max(...window.stride) > 1) words.push(` It moves by ${window.stride.join('×')} cells per step.`);
    if (Math.max(...window.dilation) > 1) words.push(` Its taps lie ${window.dilation.join('×')} cells apart.`);
    return words.concat(` Here it lies on ${span(work.taps)} of ${work.source.name}.`).join('');
  }

  function span(taps) {
    const [first, last] = [taps[0][0], taps[taps.length - 1][taps[0].length - 1]];
    return `${tinyconv.span('row', first.row, last.row)} and ${tinyconv.span('column', first.col, last.col)}`;
  }

  Object.assign(tinyconv, { explainers: { convolution }, caption });
})((window.tinyconv = window.tinyconv || {}));
