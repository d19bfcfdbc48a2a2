// Elements: what a person wrote gets into them as text only, never as HTML.
(function (tinyconv) {
  'use strict';

  /** Return a new element with attributes and children: elements or text. */
  function element(tag, attributes = {}, ...children) {
    const made = document.createElement(tag);
    for (const [name, value] of Object.entries(attributes)) {
      if (value !== null && value !== undefined && value !== false) made.setAttribute(name, value);
    }
    made.append(...children.filter((child) => child !== null && child !== undefined));
    return made;
  }

  /** Return the element of an id. */
  function byId(id) {
    return document.getElementById(id);
  }

  /** Return a cell as an attribute, which a click reads back. */
  function address(cell) {
    return cell ? `${cell.node.number},${cell.channel},${cell.row},${cell.col}` : null;
  }

  /** Return the cell that an attribute names. */
  function addressed(text) {
    const [number, channel, row, col] = text.split(',').map(Number);
    return { node: tinyconv.nodes[number], channel, row, col };
  }

  /** Return the attributes of whatever shows a number: all of its digits, and the cell that it is. */
  function telling(value, cell = null) {
    const name = cell ? `${tinyconv.nameOf(cell)}: ` : '';
    const title = name + tinyconv.full(value, Math.fround(value) === value);
    return { 'data-value': tinyconv.exact(value), 'data-cell': address(cell), title };
  }

  /** Return a number in running text; `role` is its part in the calculation. */
  function number(value, role, cell = null) {
    return element('span', { class: 'number', 'data-role': role, ...telling(value, cell) }, tinyconv.short(value));
  }

  /** Return a number with a word above it: a term of an equation. */
  function term(word, value, role, cell = null, emphasis = '') {
    return element('span', { class: `term ${emphasis}` }, element('small', {}, word), number(value, role, cell));
  }

  /** Return a sign between two terms. */
  function sign(text) {
    return element('span', { class: 'sign' }, text);
  }

  /** Return an equation: terms and signs, in a row that wraps. */
  function equation(...parts) {
    return element('div', { class: 'equation' }, ...parts);
  }

  /** Return a paragraph that explains. */
  function remark(...parts) {
    return element('p', { class: 'remark' }, ...parts);
  }

  Object.assign(tinyconv, { element, byId, address, addressed, telling, number, term, sign, equation, remark });
})((window.tinyconv = window.tinyconv || {}));
