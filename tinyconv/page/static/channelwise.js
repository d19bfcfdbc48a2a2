// Layers that make a number out of the one at the same place: ReLU and its like, normalisation, FiLM, shortcuts.
(function (tinyconv) {
  'use strict';

  const { equation, remark, sign, term } = tinyconv;

  /** Return the cell of a source that stands at the same index: what comes in here. */
  function sameCell(cell, which = 0) {
    return cell.node.sources[which].cellAt(cell.node.index(cell));
  }

  /** Return which channel a cell belongs to: in a row of numbers each is its own. */
  function channelOf(cell) {
    return cell.node.isVector ? cell.node.index(cell) : cell.channel;
  }

  function incoming(cell, word = 'x', which = 0) {
    const before = sameCell(cell, which);
    return term(`${word} · ${before.node.name}`, tinyconv.valueOf(before, false), 'input', before);
  }

  function outcome(cell) {
    return term(cell.node.name, tinyconv.valueOf(cell, false), 'total', null, 'result');
  }

  function pointwise(cell) {
    return [equation(incoming(cell), sign('→'), outcome(cell)), remark(`y = ${cell.node.formula}`)];
  }

  function residual(cell) {
    return [
      equation(incoming(cell), sign('+'), incoming(cell, 'body(x)', 1), sign('='), outcome(cell)),
      remark('The shortcut: the body only learns what is to change.'),
    ];
  }

  /** Return the number of a cell's channel in one of the layer's arrays. */
  function ofChannel(cell, name) {
    return tinyconv.array(cell.node[name])[channelOf(cell)];
  }

  function normalized(cell) {
    const terms = [sign('('), incoming(cell), sign('−'), term('mean', ofChannel(cell, 'mean'), 'mean'), sign(') / √(')];
    const eps = term('eps', cell.node.eps, 'eps');
    return [...terms, term('variance', ofChannel(cell, 'var'), 'var'), sign('+'), eps, sign(')')];
  }

  /** Return "scale · x + shift": what a normalisation comes to for its channel. */
  function summed(cell, weight, bias) {
    const scale = weight / Math.sqrt(ofChannel(cell, 'var') + cell.node.eps);
    const shift = bias - ofChannel(cell, 'mean') * scale;
    return remark(
      'For this channel that is ', tinyconv.number(scale, 'scale'), ' · x + ', tinyconv.number(shift, 'shift'), '.',
    );
  }

  function normalization(cell) {
    const affine = cell.node.weight !== null;
    const [weight, bias] = affine ? [ofChannel(cell, 'weight'), ofChannel(cell, 'bias')] : [1, 0];
    const map = [sign('·'), term('weight', weight, 'weight'), sign('+'), term('bias', bias, 'bias')];
    return [
      equation(...normalized(cell), ...(affine ? map : []), sign('='), outcome(cell)),
      summed(cell, weight, bias),
      remark('Mean and variance are those that the layer keeps for its channel.'),
    ];
  }

  function modulated(cell) {
    const beta = term('β, shift', ofChannel(cell, 'beta'), 'beta');
    return [term('γ, scale', ofChannel(cell, 'gamma'), 'gamma'), sign('·'), beta];
  }

  function modulation(cell) {
    const [gamma, dot, beta] = modulated(cell);
    return [
      equation(gamma, dot, incoming(cell), sign('+'), beta, sign('='), outcome(cell)),
      remark('Scale and shift of this channel come from the metadata of this image.'),
    ];
  }

  function conditional(cell) {
    const [gamma, dot, beta] = modulated(cell);
    const middle = term('normalised', tinyconv.array(cell.node.normalized)[cell.node.index(cell)], 'normalized');
    return [
      equation(...normalized(cell), sign('='), middle),
      equation(gamma, dot, middle.cloneNode(true), sign('+'), beta, sign('='), outcome(cell)),
      remark('Normalised first; then scale and shift of this channel come from the metadata of this image.'),
    ];
  }

  function concatenation(cell) {
    const [source] = cell.node.sources;
    const index = cell.node.index(cell);
    if (index < source.size) return [equation(incoming(cell), sign('='), outcome(cell)), remark('Laid on as it is.')];
    const place = Math.floor((index - source.size) / (cell.node.isVector ? 1 : cell.node.H * cell.node.W));
    return [equation(outcome(cell)), remark(`Number ${place} of what the layer made of the metadata.`)];
  }

  function flatten(cell) {
    const before = sameCell(cell);
    return [equation(incoming(cell), sign('='), outcome(cell)), remark(`It is ${tinyconv.nameOf(before)}.`)];
  }

  function input(cell) {
    return [equation(outcome(cell)), remark('A number of the image itself: here the walk begins.')];
  }

  function other(cell) {
    const [source] = cell.node.sources;
    const same = source && source.size === cell.node.size;
    const before = same ? [incoming(cell), sign('→')] : [];
    return [equation(...before, outcome(cell)), remark(`What ${cell.node.call} does inside is not shown.`)];
  }

  Object.assign(tinyconv, { sameCell, channelOf, ofChannel });
  Object.assign(tinyconv.explainers, {
    pointwise, residual, normalization, modulation, conditional, concatenation, flatten, input, other,
  });
})((window.tinyconv = window.tinyconv || {}));
