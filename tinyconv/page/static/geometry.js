// Where cells lie: the numbers come from the engine's `Window`s and `View`s, here they are only applied.
(function (tinyconv) {
  'use strict';

  /** Return the pixels under the taps of a window: rows of {kh, kw, row, col, inside}. */
  function taps(window, row, col, H, W) {
    const [KH, KW] = window.kernel_size;
    const grid = [];
    for (let kh = 0; kh < KH; kh += 1) {
      const line = [];
      for (let kw = 0; kw < KW; kw += 1) {
        const h = row * window.stride[0] - window.padding[0][0] + kh * window.dilation[0];
        const w = col * window.stride[1] - window.padding[1][0] + kw * window.dilation[1];
        line.push({ kh, kw, row: h, col: w, inside: h >= 0 && h < H && w >= 0 && w < W });
      }
      grid.push(line);
    }
    return grid;
  }

  /** Return the windows that use a pixel: rows of {kh, kw, row, col, inside}, one for each tap of the kernel. */
  function users(window, row, col, OH, OW) {
    const [KH, KW] = window.kernel_size;
    const grid = [];
    for (let kh = 0; kh < KH; kh += 1) {
      const line = [];
      for (let kw = 0; kw < KW; kw += 1) {
        const oh = (row + window.padding[0][0] - kh * window.dilation[0]) / window.stride[0];
        const ow = (col + window.padding[1][0] - kw * window.dilation[1]) / window.stride[1];
        const inside = Number.isInteger(oh) && Number.isInteger(ow) && oh >= 0 && oh < OH && ow >= 0 && ow < OW;
        line.push({ kh, kw, row: oh, col: ow, inside });
      }
      grid.push(line);
    }
    return grid;
  }

  /** Return how many taps an average-pool divides by along one axis: what hangs over never counts. */
  function counted(window, axis, step, size, countPadding) {
    const [before, after] = window.padding[axis];
    const start = step * window.stride[axis] - before;
    const stop = Math.min(start + window.kernel_size[axis], size + after);
    return countPadding ? stop - start : Math.min(stop, size) - Math.max(start, 0);
  }

  /** Return the pixels [low, high) of the image that a cell sees along one axis. */
  function sees(line, cell) {
    const clip = (pixel) => Math.max(line.seen[0], Math.min(line.seen[1], pixel));
    const low = clip(cell * line.jump - line.offset);
    const alive = line.live[0] <= cell && cell < line.live[1];
    return [low, alive ? clip(cell * line.jump - line.offset + line.reach) : low];
  }

  function origin(line) {
    return line.reach / 2 - line.offset - line.jump / 2;
  }

  /** Return the cell of one map that lies where a cell of another one does, along one axis. */
  function across(from, to, cell) {
    const pixel = (cell + 0.5) * from.jump + origin(from);
    const there = Math.floor((pixel - origin(to)) / to.jump);
    return Math.max(0, Math.min(to.cells - 1, there));
  }

  Object.assign(tinyconv, { taps, users, counted, sees, across });
})((window.tinyconv = window.tinyconv || {}));
