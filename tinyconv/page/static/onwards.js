// What becomes of a number behind its layer: through ReLU and its like, up to the pool where it wins or loses.
(function (tinyconv) {
  'use strict';

  const { element, equation, sign, term } = tinyconv;
  const KEEPING = new Set(['pointwise', 'normalization', 'modulation', 'conditional']);

  /** Return the numbers that a cell's value becomes, and whether it wins its pool; nothing where it ends at once. */
  function onwards(cell) {
    const parts = [];
    let here = cell;
    let next = only(here.node.consumers);
    while (next && KEEPING.has(next.kind)) {
      here = tinyconv.after(here, next);
      parts.push(sign('→'), term(next.name, tinyconv.valueOf(here, false), 'onwards', here));
      next = only(next.consumers);
    }
    if (next && next.kind === 'max_pool') parts.push(...pooled(here, next));
    return parts.length ? [equation(element('small', { class: 'lead' }, 'What becomes of it'), ...parts)] : [];
  }

  function only(nodes) {
    return nodes.length === 1 ? nodes[0] : null;
  }

  function pooled(here, pool) {
    return tinyconv.windows(here, pool).flatMap((window) => {
      const winner = tinyconv.winnerOf(window);
      const won = winner && winner.row === here.row && winner.col === here.col;
      const said = element('span', { class: won ? 'won' : 'lost' }, won ? 'wins' : `loses to (${winner.row}, ${winner.col})`);
      const value = term(`${pool.name} (${window.row}, ${window.col})`, tinyconv.valueOf(window, false), 'onwards', window);
      return [sign('→'), value, said];
    });
  }

  Object.assign(tinyconv, { onwards });
})((window.tinyconv = window.tinyconv || {}));
