// Numbers as people read them: short on the page, in full where somebody points at one.
(function (tinyconv) {
  'use strict';

  /** Return three digits or so: 0.123, −12.3, 4.2e−5, ∞, NaN. */
  function short(value) {
    if (Number.isNaN(value)) return 'NaN';
    if (!Number.isFinite(value)) return value < 0 ? '−∞' : '∞';
    return digits(Math.abs(value), value < 0 ? '−' : '');
  }

  function digits(size, sign) {
    if (size === 0) return '0';
    if (size >= 99999.5 || size < 0.00995) return sign + size.toExponential(1).replace('-', '−').replace('+', '');
    if (size >= 99.95) return sign + size.toFixed(0);
    if (size >= 9.995) return sign + size.toFixed(1);
    return sign + size.toFixed(size >= 0.9995 ? 2 : 3);
  }

  /** Return the shortest text that means this very number: of float32 fewer digits do. */
  function full(value, single) {
    if (!single || !Number.isFinite(value)) return String(value);
    for (let precision = 1; precision < 10; precision += 1) {
      const text = value.toPrecision(precision);
      if (Math.fround(Number(text)) === value) return String(Number(text));
    }
    return String(value);
  }

  /** Return the value as a test reads it: every bit of it, and −0 as such. */
  function exact(value) {
    return Object.is(value, -0) ? '-0' : String(value);
  }

  /** Return "1 map", "3 maps". */
  function count(number, word) {
    return `${number} ${word}${number === 1 ? '' : 's'}`;
  }

  /** Return "a, b and c". */
  function listed(words) {
    return words.length < 2 ? words.join('') : `${words.slice(0, -1).join(', ')} and ${words[words.length - 1]}`;
  }

  Object.assign(tinyconv, { short, full, exact, count, listed });
})((window.tinyconv = window.tinyconv || {}));
