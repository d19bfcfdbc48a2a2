// Which colour a number has: one scale per layer and direction, so that one colour is one number on all its maps.
(function (tinyconv) {
  'use strict';

  const scales = new Map();

  /** Return the scale of a layer's values, or of the gradients by them. */
  function scaleOf(node, backward) {
    const key = `${node.number}/${backward}`;
    if (!scales.has(key)) scales.set(key, measured(node, backward));
    return scales.get(key);
  }

  function measured(node, backward) {
    if (node.picture && !backward) return { palette: 'grey', low: 0, high: 1 };
    return around(node.numbers(backward), backward);
  }

  /** Return the scale for some numbers: around 0 where one is negative, else from 0 up. */
  function around(numbers, signed) {
    let most = 0;
    for (const value of numbers) {
      if (value < 0) signed = true;
      if (Number.isFinite(value)) most = Math.max(most, Math.abs(value));
    }
    most = most || 1;
    return signed ? { palette: 'signed', low: -most, high: most } : { palette: 'values', low: 0, high: most };
  }

  /** Return the three bytes of a value's colour. */
  function rgb(value, scale) {
    if (!Number.isFinite(value)) return hex(tinyconv.story.missing);
    const share = (value - scale.low) / (scale.high - scale.low);
    const step = Math.max(0, Math.min(255, Math.floor(share * 256)));
    if (scale.palette === 'grey') return [step, step, step];
    return tinyconv.palettes[scale.palette].subarray(3 * step, 3 * step + 3);
  }

  function hex(text) {
    return [1, 3, 5].map((at) => parseInt(text.slice(at, at + 2), 16));
  }

  /** Return the style of a cell that shows a number on its colour, in ink that can be read on it. */
  function inked(value, scale) {
    const [red, green, blue] = rgb(value, scale);
    const ink = 0.299 * red + 0.587 * green + 0.114 * blue > 140 ? '#111' : '#fff';
    return `background:rgb(${red},${green},${blue});color:${ink}`;
  }

  /** Return a CSS gradient of a scale, from low to high. */
  function ramp(scale) {
    const stops = [];
    for (let step = 0; step <= 16; step += 1) {
      const value = scale.low + (step / 16) * (scale.high - scale.low);
      stops.push(`rgb(${Array.from(rgb(value, scale)).join(',')})`);
    }
    return `linear-gradient(90deg,${stops.join(',')})`;
  }

  Object.assign(tinyconv, { scaleOf, around, rgb, inked, ramp });
})((window.tinyconv = window.tinyconv || {}));
