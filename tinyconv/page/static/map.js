// One map, or the picture, on a canvas: a cell is a square of one colour, and what lies on it is drawn over it.
(function (tinyconv) {
  'use strict';

  const LEGIBLE = 34; // pixels: the width of a cell from which its number is written into it
  const drawn = new Map();

  /** Draw one channel of a node into a canvas of its CSS size. */
  function drawMap(canvas, node, channel, backward, large) {
    const { context, width, height } = fitted(canvas, node);
    context.drawImage(bitmap(node, channel, backward), 0, 0, width, height);
    if (large && width / node.W >= LEGIBLE) writeNumbers(context, node, channel, backward, width, height);
    tinyconv.drawPlaces(context, node, width, height, large);
  }

  /** Draw the image in its own colours. */
  function drawPicture(canvas, node) {
    const { context, width, height } = fitted(canvas, node);
    context.drawImage(pictured(node), 0, 0, width, height);
    tinyconv.drawPlaces(context, node, width, height, true);
  }

  /** Give a canvas as many pixels as the screen has under it. */
  function fitted(canvas, node) {
    const ratio = window.devicePixelRatio || 1;
    const width = canvas.clientWidth || 48;
    const height = canvas.clientHeight || (48 * node.H) / node.W;
    canvas.width = Math.round(width * ratio);
    canvas.height = Math.round(height * ratio);
    const context = canvas.getContext('2d');
    context.setTransform(canvas.width / width, 0, 0, canvas.height / height, 0, 0);
    context.imageSmoothingEnabled = false;
    return { context, width, height };
  }

  /** Return one channel as a small canvas, a pixel per cell. */
  function bitmap(node, channel, backward) {
    const key = `${node.number}/${channel}/${backward}`;
    if (!drawn.has(key)) {
      const numbers = node.numbers(backward);
      const scale = tinyconv.scaleOf(node, backward);
      const first = channel * node.H * node.W;
      const colour = (i) => (first + i < node.size ? tinyconv.rgb(numbers[first + i], scale) : null);
      drawn.set(key, painted(node, colour));
    }
    return drawn.get(key);
  }

  function pictured(node) {
    const bytes = tinyconv.array(tinyconv.story.picture);
    return painted(node, (i) => bytes.subarray(3 * i, 3 * i + 3));
  }

  /** Return a canvas of H×W pixels of the colours that a function gives; null: nothing is there. */
  function painted(node, colour) {
    const canvas = tinyconv.element('canvas', { width: node.W, height: node.H });
    const context = canvas.getContext('2d');
    const image = context.createImageData(node.W, node.H);
    for (let i = 0; i < node.H * node.W; i += 1) {
      const bytes = colour(i);
      if (bytes) image.data.set([bytes[0], bytes[1], bytes[2], 255], 4 * i);
    }
    context.putImageData(image, 0, 0);
    return canvas;
  }

  function writeNumbers(context, node, channel, backward, width, height) {
    const scale = tinyconv.scaleOf(node, backward);
    context.font = '11px system-ui, sans-serif';
    context.textAlign = 'center';
    context.textBaseline = 'middle';
    for (let i = 0; i < node.H * node.W; i += 1) {
      const cell = { node, channel, row: Math.floor(i / node.W), col: i % node.W };
      if (!node.has(cell)) continue;
      const value = tinyconv.valueOf(cell, backward);
      const [red, green, blue] = tinyconv.rgb(value, scale);
      context.fillStyle = 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? '#111' : '#fff';
      const [x, y] = [((cell.col + 0.5) * width) / node.W, ((cell.row + 0.5) * height) / node.H];
      context.fillText(tinyconv.short(value), x, y, width / node.W - 2);
    }
    context.textAlign = 'start';
  }

  Object.assign(tinyconv, { drawMap, drawPicture });
})((window.tinyconv = window.tinyconv || {}));
