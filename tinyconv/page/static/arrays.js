// The engine's arrays: decoded when somebody asks, and then kept.
(function (tinyconv) {
  'use strict';

  const TYPES = {
    f4: Float32Array, f8: Float64Array, u1: Uint8Array, i1: Int8Array, i2: Int16Array, i4: Int32Array,
  };
  const RECIPES = { masked, gathered, scattered };
  const kept = [];

  /** Return the bytes that some base64 stands for. */
  function bytes(text) {
    return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0));
  }

  /** Return the array of a number, flat, in C order. */
  function array(number) {
    if (number === null || number === undefined) return null;
    if (!kept[number]) kept[number] = made(tinyconv.story.arrays[number]);
    return kept[number];
  }

  function made(entry) {
    if (entry.recipe) return RECIPES[entry.recipe](entry, array(entry.of));
    return new TYPES[entry.dtype.slice(-2)](bytes(entry.data).buffer);
  }

  /** The values of another array where a bit is set, else 0. */
  function masked(entry, values) {
    const bits = bytes(entry.bits);
    return values.map((value, i) => (bits[i >> 3] & (128 >> (i & 7)) ? value : 0));
  }

  /** Each window's winner: a max-pool. */
  function gathered(entry, values) {
    const indices = array(entry.indices);
    const size = indices.length / entry.planes;
    const out = new values.constructor(indices.length);
    indices.forEach((index, i) => {
      out[i] = index < 0 ? -Infinity : values[Math.floor(i / size) * entry.plane + index];
    });
    return out;
  }

  /** Each window's gradient, added to its winner: a max-pool's way back. */
  function scattered(entry, values) {
    const indices = array(entry.indices);
    const size = indices.length / entry.planes;
    const out = new values.constructor(entry.planes * entry.plane);
    indices.forEach((index, i) => {
      if (index >= 0) out[Math.floor(i / size) * entry.plane + index] += values[i];
    });
    return out;
  }

  Object.assign(tinyconv, { array, bytes });
})((window.tinyconv = window.tinyconv || {}));
