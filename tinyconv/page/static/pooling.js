// How a pool makes a number: the window, and its winner or its mean.
(function (tinyconv) {
  'use strict';

  const { equation, remark, sign, term } = tinyconv;

  /** Return what shows which cell won a max-pool's window. */
  function max_pool(cell) {
    const [source] = cell.node.sources;
    const winner = winnerOf(cell);
    const grid = windowOf(cell, source).map((line) => line.map((tap) => seen(source, cell.channel, tap, winner)));
    const made = term(cell.node.name, tinyconv.valueOf(cell, false), 'total', null, 'result');
    if (!winner) return [equation(made), remark('No pixel lies in this window.')];
    return [
      equation(term(`largest of the window`, tinyconv.valueOf(winner, false), 'winner', winner), sign('='), made),
      remark(`The cell at row ${winner.row}, column ${winner.col} of ${source.name} won. Padding never wins; of `
        + 'equal numbers the first one does.'),
      tinyconv.channelLine(
        tinyconv.channelName(source, cell.channel),
        tinyconv.table('window', 'window', cell.channel, grid, tinyconv.scaleOf(source, false), `window on ${source.name}`),
      ),
    ];
  }

  /** Return the cell that won a window of a max-pool; null where the window holds no pixel. */
  function winnerOf(cell) {
    const [source] = cell.node.sources;
    const index = tinyconv.array(cell.node.indices)[cell.node.index(cell)];
    if (index < 0) return null;
    return { node: source, channel: cell.channel, row: Math.floor(index / source.W), col: index % source.W };
  }

  function windowOf(cell, source) {
    return tinyconv.taps(cell.node.window, cell.row, cell.col, source.H, source.W);
  }

  function seen(source, channel, tap, winner) {
    if (!tap.inside) return { value: null, mark: 'padding' };
    const cell = { node: source, channel, row: tap.row, col: tap.col };
    const won = winner && winner.row === tap.row && winner.col === tap.col;
    return { value: tinyconv.valueOf(cell, false), cell, mark: won ? 'winner' : '' };
  }

  /** Return what shows how an average-pool made its mean. */
  function average_pool(cell) {
    const [source] = cell.node.sources;
    const grid = windowOf(cell, source).map((line) => line.map((tap) => seen(source, cell.channel, tap, null)));
    const numbers = grid.flat().filter(({ value }) => value !== null).map(({ value }) => value);
    const divisor = divisorOf(cell.node, cell.row, cell.col, source);
    return [
      equation(
        term('Σ of the window', tinyconv.total(numbers, tinyconv.isSingle(source)), 'sums'),
        sign('/'),
        term('cells', divisor, 'divisor'),
        sign('='),
        term(cell.node.name, tinyconv.valueOf(cell, false), 'total', null, 'result'),
      ),
      remark(cell.node.count_include_pad ? 'Padding counts as cells of 0.' : 'Padding does not count.'),
      tinyconv.channelLine(
        tinyconv.channelName(source, cell.channel),
        tinyconv.table('window', 'window', cell.channel, grid, tinyconv.scaleOf(source, false), `window on ${source.name}`),
      ),
    ];
  }

  /** Return by how many cells an average-pool divides. */
  function divisorOf(node, row, col, source) {
    const { window, count_include_pad: padding } = node;
    return tinyconv.counted(window, 0, row, source.H, padding) * tinyconv.counted(window, 1, col, source.W, padding);
  }

  /** Return what shows the mean of a whole map. */
  function global_average(cell) {
    const [source] = cell.node.sources;
    const channel = cell.node.index(cell);
    const cells = source.H * source.W;
    const numbers = Array.from(source.numbers(false).subarray(channel * cells, (channel + 1) * cells));
    return [
      equation(
        term(`Σ of map ${channel} of ${source.name}`, tinyconv.total(numbers, tinyconv.isSingle(source)), 'sums'),
        sign('/'),
        term('cells', cells, 'divisor'),
        sign('='),
        term(cell.node.name, tinyconv.valueOf(cell, false), 'total', null, 'result'),
      ),
      remark('The mean over the whole map: where something stood is lost here.'),
    ];
  }

  Object.assign(tinyconv, { winnerOf, divisorOf });
  Object.assign(tinyconv.explainers, { max_pool, average_pool, global_average });
})((window.tinyconv = window.tinyconv || {}));
