// Keys, clicks on numbers, and the buttons.
(function (tinyconv) {
  'use strict';

  const { byId } = tinyconv;
  const KEYS = {
    ArrowUp: () => tinyconv.step(-1, 0),
    ArrowDown: () => tinyconv.step(1, 0),
    ArrowLeft: () => tinyconv.step(0, -1),
    ArrowRight: () => tinyconv.step(0, 1),
    m: () => tinyconv.nextMap(1),
    M: () => tinyconv.nextMap(-1),
    l: () => tinyconv.nextLayer(1),
    L: () => tinyconv.nextLayer(-1),
    s: () => tinyconv.strongest(),
    f: () => tinyconv.turn(false),
    b: () => tinyconv.turn(true),
    o: () => tinyconv.toggleObjects(),
    '?': () => showHelp(),
  };

  function showHelp() {
    byId('help').showModal();
  }

  /** Do what a key says, unless the browser wants it. */
  function pressed(event) {
    const act = KEYS[event.key];
    if (!act || event.ctrlKey || event.altKey || event.metaKey || byId('help').open) return;
    event.preventDefault();
    act();
  }

  /** Go to the cell that a number on the page is. */
  function followed(event) {
    const shown = event.target.closest('[data-cell]');
    if (shown) tinyconv.select(tinyconv.addressed(shown.dataset.cell));
  }

  /** Go to the cell of the chosen map that was clicked, or of the image. */
  function clicked(event) {
    const onMap = event.currentTarget.id === 'map';
    const node = onMap ? tinyconv.state.cell.node : tinyconv.nodes[0];
    const channel = onMap ? tinyconv.state.cell.channel : tinyconv.state.channels[0] ?? 0;
    tinyconv.select({ node, channel, ...tinyconv.pointed(event, event.currentTarget, node) });
  }

  /** Listen to keys, clicks and buttons. */
  function listen() {
    document.addEventListener('keydown', pressed);
    document.querySelector('main').addEventListener('click', followed);
    byId('map').addEventListener('click', clicked);
    byId('image').addEventListener('click', clicked);
    byId('forward').addEventListener('click', () => tinyconv.turn(false));
    byId('backward').addEventListener('click', () => tinyconv.turn(true));
    byId('objects-button').addEventListener('click', tinyconv.toggleObjects);
    byId('keys').addEventListener('click', showHelp);
    document.querySelectorAll('[data-key]').forEach((button) => {
      button.addEventListener('click', () => KEYS[button.dataset.key]());
    });
  }

  Object.assign(tinyconv, { listen });
})((window.tinyconv = window.tinyconv || {}));
