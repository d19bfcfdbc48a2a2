// Numbers as people read them: short on the page, in full where somebody points at one.
(function (tinyconv) {
  'use strict';

  /** Return three digits or so: 0.123, −12.3, 4.2e−5, ∞, NaN; fewer where that is all: 1, 0.5. */
  function short(value) {
    if (Number.isNaN(value)) return 'NaN';
    if (!Number.isFinite(value)) return value < 0 ? '−∞' : '∞';
    const size = Math.abs(value);
    return (value < 0 ? '−' : '') + (size >= 99999.5 || size < 0.000995 ? power(size) : digits(size));
  }

  function digits(size) {
    const places = [99.95, 9.995, 0.9995, 0.00995, 0].findIndex((least) => size >= least);
    const rounded = size.toFixed(places);
    return isAll(rounded, size) ? String(Number(rounded)) : rounded;
  }

  /** Return whether a text has all digits of a number, of float32 too. */
  function isAll(text, size) {
    return Number(text) === size || Math.fround(Number(text)) === size;
  }

  function power(size) {
    if (size === 0) return '0';
    const rounded = size.toExponential(1);
    const text = isAll(rounded, size) ? rounded.replace('.0e', 'e') : rounded;
    return text.replace('-', '−').replace('+', '');
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

  /** Return "row 3", or "rows 3 to 5": both ends are meant. */
  function span(word, first, last) {
    const told = (number) => String(number).replace('-', '−');
    return first === last ? `${word} ${told(first)}` : `${word}s ${told(first)} to ${told(last)}`;
  }

  Object.assign(tinyconv, { short, full, exact, count, span });
})((window.tinyconv = window.tinyconv || {}));
