// The two large pictures: the image with what the cell sees, and the chosen map with the cell.
(function (tinyconv) {
  'use strict';

  const { byId, element } = tinyconv;

  /** Draw the chosen map, its title and its colours. */
  function showMap(cell, backward) {
    const { node, channel } = cell;
    const name = node.isVector ? node.measure : tinyconv.channelName(node, channel);
    byId('map-title').textContent = `${node.name} · ${name}`;
    frame('map', node);
    tinyconv.drawMap(byId('map'), node, channel, backward, true);
    byId('map').setAttribute('aria-label', `${node.name}, ${name}, ${node.H} rows of ${node.W}. Arrow keys walk.`);
    legend(tinyconv.scaleOf(node, backward));
    byId('map-note').textContent = note(node);
  }

  /** Draw the image, once for each size of the window. */
  function showImage() {
    const [image] = tinyconv.nodes;
    frame('image', image);
    tinyconv.drawPicture(byId('image'), image);
    byId('image').setAttribute('aria-label', `the image, ${image.H} rows of ${image.W}`);
    byId('objects').replaceChildren(...tinyconv.story.objects.slice(0, 40).map(({ name, colour }, row) => (
      element('li', { 'data-object': row }, element('i', { style: `background:${colour}` }), name))));
    byId('image-note').textContent = image.lost;
  }

  /** Give a canvas the sides of a node's maps. */
  function frame(id, node) {
    byId(id).style.aspectRatio = String(Math.max(0.3, Math.min(3.4, node.W / node.H)));
  }

  function note(node) {
    const { outside } = node.places;
    if (node.ended && node.kind !== 'input') return node.ended;
    return outside ? `${tinyconv.count(outside, 'object')} outside of this map` : '';
  }

  function legend(scale) {
    byId('low').replaceChildren(tinyconv.number(scale.low, 'low'));
    byId('high').replaceChildren(tinyconv.number(scale.high, 'high'));
    byId('ramp').style.background = tinyconv.ramp(scale);
  }

  /** Put the two marks where the cell is, and where it looks. */
  function mark(cell) {
    const { node } = cell;
    const [image] = tinyconv.nodes;
    place(byId('cursor'), node, { x1: cell.col, y1: cell.row, x2: cell.col + 1, y2: cell.row + 1 });
    const field = tinyconv.field(cell);
    place(byId('field'), image, field);
    byId('field').dataset.pixels = [field.x1, field.y1, field.x2, field.y2].join(',');
    const seen = new Set(tinyconv.objectsOf(cell).map(String));
    byId('objects').querySelectorAll('li').forEach((item) => {
      item.classList.toggle('seen', seen.has(item.dataset.object));
    });
  }

  /** Lay a box over a stage: its edges in cells of the node's map. */
  function place(box, node, { x1, y1, x2, y2 }) {
    box.hidden = x1 >= x2 || y1 >= y2;
    box.style.left = `${(100 * x1) / node.W}%`;
    box.style.top = `${(100 * y1) / node.H}%`;
    box.style.width = `${(100 * (x2 - x1)) / node.W}%`;
    box.style.height = `${(100 * (y2 - y1)) / node.H}%`;
  }

  /** Return the row and column under the pointer. */
  function pointed(event, canvas, node) {
    const { left, top, width, height } = canvas.getBoundingClientRect();
    const within = (share, size) => Math.max(0, Math.min(size - 1, Math.floor(share * size)));
    return { row: within((event.clientY - top) / height, node.H), col: within((event.clientX - left) / width, node.W) };
  }

  Object.assign(tinyconv, { showMap, showImage, mark, pointed });
})((window.tinyconv = window.tinyconv || {}));
