// Grids of numbers on their colours: patches, kernels, products, pool windows.
(function (tinyconv) {
  'use strict';

  const MANY = 32; // channels that are shown at once
  const opened = new Set();

  /** Return a grid; each of its `cells` is {value, cell, mark}: a number, which cell it is, how it stands out. */
  function table(role, label, channel, cells, scale, caption = null) {
    const rows = cells.map((line) => tinyconv.element('tr', {}, ...line.map((cell) => entry(cell, scale))));
    const size = cells[0].length > 3 ? 'wide' : '';
    const attributes = { class: `grid ${size}`, 'data-role': role, 'data-channel': channel, 'aria-label': label };
    const head = caption === null ? null : tinyconv.element('caption', {}, caption);
    return tinyconv.element('table', attributes, head, tinyconv.element('tbody', {}, ...rows));
  }

  function entry({ value, cell = null, mark = '' }, scale) {
    if (value === null) {
      const title = mark === 'padding' ? 'padding' : 'no such cell';
      return tinyconv.element('td', { class: `empty ${mark}`, title }, mark === 'padding' ? 'pad' : '·');
    }
    const told = tinyconv.telling(value, cell);
    if (mark.includes('padding')) told.title = `padding: ${told.title}`;
    const style = mark.includes('padding') ? null : tinyconv.inked(value, scale);
    const text = tinyconv.short(value);
    return tinyconv.element('td', { class: `${mark} ${text.length > 6 ? 'long' : ''}`, style, ...told }, text);
  }

  /** Return the line of one channel: grids and signs, the sum at its end. */
  function channelLine(name, ...parts) {
    return tinyconv.element('div', { class: 'channel' }, tinyconv.element('span', { class: 'name' }, name), ...parts);
  }

  /** Return the lines of many channels: the first of them, and a button for the others. */
  function manyLines(key, count, line) {
    const holder = tinyconv.element('div', { class: 'channels' });
    const shown = opened.has(key) ? count : Math.min(count, MANY);
    for (let channel = 0; channel < shown; channel += 1) holder.append(line(channel));
    if (shown < count) holder.append(more(key, count, shown, line));
    return holder;
  }

  function more(key, count, shown, line) {
    const label = `show the other ${count - shown} of ${count}`;
    const button = tinyconv.element('button', { class: 'more', type: 'button' }, label);
    button.addEventListener('click', () => {
      opened.add(key);
      for (let channel = shown; channel < count; channel += 1) button.before(line(channel));
      button.remove();
    });
    return button;
  }

  /** Return the sum of some numbers, rounded once to the engine's precision. */
  function total(numbers, single) {
    const sum = numbers.reduce((before, value) => before + value, 0);
    return single ? Math.fround(sum) : sum;
  }

  /** Return a product in the engine's precision. */
  function times(a, b, single) {
    return single ? Math.fround(a * b) : a * b;
  }

  Object.assign(tinyconv, { table, channelLine, manyLines, total, times });
})((window.tinyconv = window.tinyconv || {}));
