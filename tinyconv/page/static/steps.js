// The calculation beside the maps: a sentence about the cell, what it sees, and how its number came about.
(function (tinyconv) {
  'use strict';

  const { element } = tinyconv;

  /** Show how the number of a cell came about, forward or backward. */
  function showCalculation(cell, isBackward) {
    tinyconv.byId('calculation-title').textContent = isBackward
      ? 'How this gradient came about' : 'How this number came about';
    tinyconv.byId('calculation').replaceChildren(...(isBackward ? tinyconv.backward(cell) : forward(cell)));
    tinyconv.byId('sentence').replaceChildren(...sentence(cell, isBackward));
  }

  /** Return the result, what becomes of it, and how it was made. */
  function forward(cell) {
    const parts = tinyconv.explainers[cell.node.kind](cell);
    const details = parts.findIndex((part) => !part.classList.contains('equation'));
    parts.splice(details < 0 ? parts.length : details, 0, ...tinyconv.onwards(cell));
    return parts;
  }

  /** Return the cell in words: what it is, what it sees, who is there. */
  function sentence(cell, isBackward) {
    const value = tinyconv.valueOf(cell, isBackward);
    const what = isBackward ? ' has the gradient ' : ' is ';
    return [
      element('strong', {}, tinyconv.nameOf(cell)), what, tinyconv.number(value, 'value'), '. ', ...sight(cell),
    ];
  }

  function sight(cell) {
    const { x1, y1, x2, y2 } = tinyconv.field(cell);
    if (x1 >= x2 || y1 >= y2) return ['It sees padding only.'];
    const place = `It sees ${tinyconv.span('row', y1, y2 - 1)} and ${tinyconv.span('column', x1, x2 - 1)} of the image`;
    const objects = tinyconv.objectsOf(cell);
    if (!objects.length) return [`${place}.`];
    return [`${place}; in them: `, ...listed(objects), '.'];
  }

  function listed(objects) {
    const shown = objects.slice(0, 8).map(chip);
    const rest = objects.length - shown.length;
    const parts = shown.flatMap((one, i) => (i ? [', ', one] : [one]));
    return rest ? [...parts, ` and ${rest} more`] : parts;
  }

  /** Return an object's name on its colour. */
  function chip(row) {
    const { name, colour } = tinyconv.story.objects[row];
    return element('span', { class: 'chip', 'data-object': row, style: `background:${colour}` }, name);
  }

  Object.assign(tinyconv, { showCalculation });
})((window.tinyconv = window.tinyconv || {}));
