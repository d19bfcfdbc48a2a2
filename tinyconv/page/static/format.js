// Numbers as people read them: short on the page, in full where somebody points at one.
(function (tinyconv) {
  'use strict';

  /** Return three digits or so: 0.123, −12.3, 4.2e−5, ∞, NaN; all of them where they are fewer: 1, 0.5. */
  function short(value) {
    if (Number.isNaN(value)) return 'NaN';
    if (!Number.isFinite(value)) return value < 0 ? '−∞' : '∞';
    const size = Math.abs(value);
    const rounded = digits(size);
    const whole = full(size, Math.fround(size) === size);
    return (value < 0 ? '−' : '') + (whole.length < rounded.length ? whole : rounded);
  }

  function digits(size) {
    if (size === 0) return '0';
    if (size >= 99999.5 || size < 0.000995) return size.toExponential(1).replace('-', '−').replace('+', '');
    if (size >= 99.95) return size.toFixed(0);
    if (size >= 9.995) return size.toFixed(1);
    if (size >= 0.9995) return size.toFixed(2);
    return size.toFixed(size >= 0.00995 ? 3 : 4);
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

  /** Return "3", or "3 to 5": both ends are meant. */
  function span(first, last) {
    const word = (number) => String(number).replace('-', '−');
    return first === last ? word(first) : `${word(first)} to ${word(last)}`;
  }

  Object.assign(tinyconv, { short, full, exact, count, span });
})((window.tinyconv = window.tinyconv || {}));
