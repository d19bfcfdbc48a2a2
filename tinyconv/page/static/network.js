// The layers as nodes: their sizes, their numbers, and what can be said of a cell {node, channel, row, col}.
(function (tinyconv) {
  'use strict';

  /** One layer's output, or the image. A row of D numbers is laid out as one map, a few in each row. */
  class Node {
    constructor(facts, number) {
      Object.assign(this, facts, { number });
      const [C, H, W] = facts.shape;
      this.isVector = facts.shape.length === 1;
      this.size = facts.shape.reduce((product, size) => product * size, 1);
      this.C = this.isVector ? 1 : C;
      this.W = this.isVector ? wide(C) : W;
      this.H = this.isVector ? Math.ceil(C / this.W) : H;
    }

    /** Return all values, or the gradients by them: flat, in C order. */
    numbers(backward) {
      return tinyconv.array(backward ? this.dy : this.y);
    }

    /** Return where a cell stands in `numbers`. */
    index(cell) {
      return (cell.channel * this.H + cell.row) * this.W + cell.col;
    }

    /** Return the cell that stands at an index of `numbers`. */
    cellAt(index) {
      const channel = Math.floor(index / (this.H * this.W));
      const rest = index - channel * this.H * this.W;
      return { node: this, channel, row: Math.floor(rest / this.W), col: rest % this.W };
    }

    /** Return whether there is such a cell: the last row of a laid-out vector may be short. */
    has(cell) {
      const within = cell.row >= 0 && cell.row < this.H && cell.col >= 0 && cell.col < this.W;
      return within && cell.channel >= 0 && cell.channel < this.C && this.index(cell) < this.size;
    }

    /** Return "16 maps of 64×64", or "10 numbers". */
    get measure() {
      if (this.isVector) return tinyconv.count(this.size, 'number');
      return `${tinyconv.count(this.C, 'map')} of ${this.H}×${this.W}`;
    }

    /** Return how many pixels of the image a cell sees: "4×4". */
    get sight() {
      if (this.view) return `${this.view.rows.reach}×${this.view.cols.reach}`;
      return this.kind === 'flatten' ? `as ${this.sources[0].name}` : 'all';
    }

    /** Return the nodes that make the input. */
    get sources() {
      return this.from.map((number) => tinyconv.nodes[number]);
    }

    /** Return the nodes that take this one's output. */
    get consumers() {
      return tinyconv.nodes.filter((node) => node.from.includes(this.number));
    }
  }

  /** Return in how wide a row D numbers are laid. */
  function wide(D) {
    return D <= 25 ? Math.min(D, 5) : 2 ** Math.ceil(Math.log2(Math.sqrt(D)));
  }

  /** Return a cell's value, or the gradient by it. */
  function valueOf(cell, backward) {
    return cell.node.numbers(backward)[cell.node.index(cell)];
  }

  /** Return whether a node's numbers are float32. */
  function isSingle(node) {
    return node.numbers(false) instanceof Float32Array;
  }

  /** Return how people call a channel: R, G and B of a picture have letters. */
  function channelName(node, channel) {
    if (node.kind === 'input' && node.picture && node.C === 3) return 'RGB'[channel];
    return node.kind === 'input' ? `channel ${channel}` : `map ${channel}`;
  }

  /** Return "conv1, map 3, row 5, column 7". */
  function nameOf(cell) {
    if (cell.node.isVector) return `${cell.node.name}, number ${cell.node.index(cell)}`;
    return `${cell.node.name}, ${channelName(cell.node, cell.channel)}, row ${cell.row}, column ${cell.col}`;
  }

  /** Return the pixels {x1, y1, x2, y2} of the image that a cell sees. */
  function field(cell) {
    const { node } = cell;
    const [source] = node.sources;
    if (node.view) {
      const [y1, y2] = tinyconv.sees(node.view.rows, cell.row);
      const [x1, x2] = tinyconv.sees(node.view.cols, cell.col);
      return { x1, y1, x2, y2 };
    }
    const keepsPlace = node.kind === 'flatten' || node.kind === 'pointwise';
    if (keepsPlace && source) return field(source.cellAt(node.index(cell)));
    const [image] = tinyconv.nodes;
    return { x1: 0, y1: 0, x2: image.W, y2: image.H };
  }

  /** Return the numbers of the objects that lie in what a cell sees, if only in part: the rule "touch". */
  function objectsOf(cell) {
    const { node } = cell;
    const { touch } = node.places;
    if (node.view && touch && touch.rows) return touchedRows(touch.rows, cell);
    const atImage = tinyconv.nodes[0].places.touch;
    if (!atImage || (node.view && !touch)) return [];
    return atImage.rows ? overlapping(atImage.rows, field(cell)) : masked(atImage.key, field(cell));
  }

  function touchedRows(rows, cell) {
    const touches = ([x1, y1, x2, y2]) => x1 <= cell.col && cell.col < x2 && y1 <= cell.row && cell.row < y2;
    return [...rows.keys()].filter((row) => rows[row].some(touches));
  }

  function overlapping(rows, seen) {
    const meets = ([x1, y1, x2, y2]) => x1 < seen.x2 && x2 > seen.x1 && y1 < seen.y2 && y2 > seen.y1;
    return [...rows.keys()].filter((row) => rows[row].some(meets));
  }

  function masked(key, seen) {
    const [image] = tinyconv.nodes;
    const mask = image.places.kinds.find((kind) => kind.key === key);
    const pixels = tinyconv.array(mask.array);
    const found = new Set();
    for (let plane = 0; plane < Math.max(1, mask.planes); plane += 1) {
      for (let y = seen.y1; y < seen.y2; y += 1) {
        for (let x = seen.x1; x < seen.x2; x += 1) {
          const value = pixels[(plane * image.H + y) * image.W + x];
          if (value) found.add(mask.planes ? plane : value - 1);
        }
      }
    }
    return [...found].sort((a, b) => a - b);
  }

  Object.assign(tinyconv, { Node, valueOf, isSingle, channelName, nameOf, field, objectsOf });
})((window.tinyconv = window.tinyconv || {}));
