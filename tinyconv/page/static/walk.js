// Where the walk stands: one cell, and one direction. Every change goes through `select` or `turn`.
(function (tinyconv) {
  'use strict';

  const { byId } = tinyconv;
  const state = { cell: null, backward: false, objects: true, channels: [] };

  /** Go to a cell, and show all that is known of it. */
  function select(cell) {
    if (!cell.node.has(cell)) return;
    const before = state.cell;
    state.cell = cell;
    state.channels[cell.node.number] = cell.channel;
    const moved = !before || before.node !== cell.node || before.channel !== cell.channel;
    if (moved) {
      tinyconv.showMap(cell, state.backward);
      tinyconv.markStrip(cell, true);
    }
    tinyconv.mark(cell);
    tinyconv.showCalculation(cell, state.backward);
  }

  /** Show values, or gradients, on all maps. */
  function turn(backward) {
    if (backward && !tinyconv.target) return;
    state.backward = backward;
    document.documentElement.dataset.way = backward ? 'backward' : 'forward';
    byId('forward').setAttribute('aria-pressed', String(!backward));
    byId('backward').setAttribute('aria-pressed', String(backward));
    tinyconv.redrawStrip();
    if (!state.cell) return;
    tinyconv.showMap(state.cell, backward);
    tinyconv.mark(state.cell);
    tinyconv.showCalculation(state.cell, backward);
  }

  /** Show or hide what the metadata place on the maps. */
  function toggleObjects() {
    state.objects = !state.objects;
    byId('objects-button').setAttribute('aria-pressed', String(state.objects));
    tinyconv.redrawStrip();
    tinyconv.showImage();
    tinyconv.showMap(state.cell, state.backward);
    tinyconv.mark(state.cell);
  }

  /** Walk to a neighbour on the same map. */
  function step(down, right) {
    const { cell } = state;
    select({ ...cell, row: cell.row + down, col: cell.col + right });
  }

  /** Go to the next map of the layer, or to the one before. */
  function nextMap(by) {
    const { cell } = state;
    select({ ...cell, channel: cell.channel + by });
  }

  /** Go to the next layer, or to the one before, at the same place of the image. */
  function nextLayer(by) {
    const node = tinyconv.nodes[state.cell.node.number + by];
    if (node) goTo(node, Math.min(state.channels[node.number] ?? state.cell.channel, node.C - 1));
  }

  /** Go to a map of a layer, at the place of the image where the walk stands. */
  function goTo(node, channel) {
    select({ node, channel, ...same(state.cell, node) });
  }

  function same(cell, node) {
    if (!cell.node.view || !node.view) {
      const short = { row: Math.min(cell.row, node.H - 1), col: Math.min(cell.col, node.W - 1) };
      return node.has({ channel: 0, ...short }) ? short : { row: 0, col: 0 };
    }
    return {
      row: tinyconv.across(cell.node.view.rows, node.view.rows, cell.row),
      col: tinyconv.across(cell.node.view.cols, node.view.cols, cell.col),
    };
  }

  /** Go to the strongest cell of the map: of all, the largest value, or gradient of any sign. */
  function strongest() {
    const { node, channel } = state.cell;
    const numbers = node.numbers(state.backward);
    const first = channel * node.H * node.W;
    const strength = (i) => (state.backward ? Math.abs(numbers[i]) : numbers[i]);
    let best = first;
    for (let i = first; i < Math.min(first + node.H * node.W, node.size); i += 1) {
      if (strength(i) > strength(best) || Number.isNaN(strength(best))) best = i;
    }
    select(node.cellAt(best));
  }

  /** Return whether somebody asked for pages that don't move. */
  function calm() {
    return window.matchMedia('(prefers-reduced-motion: reduce)').matches;
  }

  Object.assign(tinyconv, { state, select, turn, toggleObjects, step, nextMap, nextLayer, goTo, strongest, calm });
})((window.tinyconv = window.tinyconv || {}));
