// The network as a row of layers, with all maps of each as buttons; a map is drawn when it comes into sight.
(function (tinyconv) {
  'use strict';

  const { element } = tinyconv;
  let watcher = null;

  /** Build the row of layers. */
  function buildStrip() {
    const strip = tinyconv.byId('strip');
    watcher = new IntersectionObserver(drawSeen, { root: null, rootMargin: '200px' });
    strip.replaceChildren(...tinyconv.nodes.map(column));
    strip.addEventListener('click', chosen);
  }

  function column(node) {
    const head = element('header', {},
      element('h2', { title: node.name }, node.name),
      element('code', { title: node.call }, node.call),
      element('small', {}, `${node.measure} · sees ${node.sight}`));
    const label = `${node.name}, ${node.call}, ${node.measure}`;
    return element('section', { class: 'layer', 'data-node': node.number, 'aria-label': label }, head, thumbs(node));
  }

  function thumbs(node) {
    const columns = Math.min(4, Math.ceil(node.C / 2));
    const holder = element('div', { class: 'thumbs', style: `--columns:${columns}` });
    for (let channel = 0; channel < node.C; channel += 1) holder.append(thumb(node, channel));
    return holder;
  }

  function thumb(node, channel) {
    const name = node.isVector ? node.measure : tinyconv.channelName(node, channel);
    const canvas = element('canvas', { style: `aspect-ratio:${shape(node)}` });
    const button = element('button', {
      type: 'button', class: 'thumb', tabindex: channel ? -1 : 0, 'data-node': node.number, 'data-channel': channel,
      'aria-label': `${node.name}, ${name}`, title: `${node.name} · ${name}`, 'aria-pressed': 'false',
    }, canvas);
    watcher.observe(button);
    return button;
  }

  /** Return the sides of a thumbnail: those of the map, but never a mere thread. */
  function shape(node) {
    return Math.max(0.4, Math.min(2.5, node.W / node.H));
  }

  function drawSeen(entries) {
    for (const { target, isIntersecting } of entries) {
      target.dataset.seen = isIntersecting ? 'yes' : '';
      if (isIntersecting) draw(target);
    }
  }

  /** Draw a thumbnail, if it does not show what it should already. */
  function draw(button) {
    const { node, channel } = button.dataset;
    const way = `${tinyconv.state.backward} ${tinyconv.state.objects}`;
    if (button.dataset.drawn === way) return;
    button.dataset.drawn = way;
    tinyconv.drawMap(button.firstChild, tinyconv.nodes[node], Number(channel), tinyconv.state.backward, false);
  }

  /** Draw all thumbnails in sight anew: they are to show something else. */
  function redrawStrip() {
    document.querySelectorAll('.thumb[data-seen=yes]').forEach(draw);
  }

  /** Choose the map, and the cell of it, that somebody clicked on; Enter keeps the cell. */
  function chosen(event) {
    const button = event.target.closest('.thumb');
    if (!button) return;
    const node = tinyconv.nodes[button.dataset.node];
    const channel = Number(button.dataset.channel);
    if (event.detail === 0) tinyconv.goTo(node, channel);
    else tinyconv.select({ node, channel, ...tinyconv.pointed(event, button.firstChild, node) });
  }

  /** Mark the chosen layer and map, and bring both into sight. */
  function markStrip(cell, moved) {
    const strip = tinyconv.byId('strip');
    strip.querySelectorAll('[aria-pressed=true]').forEach((button) => button.setAttribute('aria-pressed', 'false'));
    strip.querySelectorAll('.chosen').forEach((layer) => layer.classList.remove('chosen'));
    const layer = strip.querySelector(`.layer[data-node="${cell.node.number}"]`);
    const button = layer.querySelector(`.thumb[data-channel="${cell.channel}"]`);
    layer.classList.add('chosen');
    layer.querySelectorAll('.thumb[tabindex="0"]').forEach((other) => other.setAttribute('tabindex', -1));
    button.setAttribute('tabindex', 0);
    button.setAttribute('aria-pressed', 'true');
    if (moved) reveal(strip, layer, button);
  }

  /** Scroll the row, and the layer's maps, but never the page. */
  function reveal(strip, layer, button) {
    const left = layer.offsetLeft - (strip.clientWidth - layer.offsetWidth) / 2;
    strip.scrollTo({ left, behavior: tinyconv.calm() ? 'auto' : 'smooth' });
    const maps = button.parentElement;
    const top = button.offsetTop - maps.offsetTop;
    if (top < maps.scrollTop || top + button.offsetHeight > maps.scrollTop + maps.clientHeight) maps.scrollTop = top - 4;
  }

  Object.assign(tinyconv, { buildStrip, redrawStrip, markStrip });
})((window.tinyconv = window.tinyconv || {}));
