// The beginning: read the data, build the page, and stand on a cell that says something.
(function (tinyconv) {
  'use strict';

  const { byId } = tinyconv;

  function begin() {
    tinyconv.story = JSON.parse(byId('story').textContent);
    if (!tinyconv.story.nodes) return;
    tinyconv.palettes = {
      values: tinyconv.bytes(tinyconv.story.palettes.values),
      signed: tinyconv.bytes(tinyconv.story.palettes.signed),
    };
    tinyconv.nodes = tinyconv.story.nodes.map((facts, number) => new tinyconv.Node(facts, number));
    tinyconv.target = targetCell();
    describe();
    tinyconv.buildStrip();
    tinyconv.showImage();
    tinyconv.listen();
    tinyconv.turn(false);
    tinyconv.select(beginning());
    window.addEventListener('resize', resized);
  }

  /** Return the output that the gradients are of. */
  function targetCell() {
    const { target } = tinyconv.story;
    const last = tinyconv.nodes[tinyconv.nodes.length - 1];
    if (!target) return null;
    if (last.isVector) return last.cellAt(target[0]);
    return { node: last, channel: target[0], row: target[1], col: target[2] };
  }

  function describe() {
    const layers = tinyconv.count(tinyconv.nodes.length - 1, 'layer');
    const parts = [`${layers} · image of ${tinyconv.nodes[0].shape.join('×')}`];
    if (tinyconv.target) parts.push(`gradients of ${tinyconv.nameOf(tinyconv.target)}`);
    byId('about').textContent = parts.join(' · ');
    byId('objects-button').hidden = !tinyconv.story.objects.length;
    byId('backward').disabled = !tinyconv.target;
    if (!tinyconv.target) byId('backward').title = 'a layer of this network has no way back';
  }

  /** Return where to begin: the strongest cell of the first layer that does something. */
  function beginning() {
    const node = tinyconv.nodes[Math.min(1, tinyconv.nodes.length - 1)];
    const values = node.numbers(false);
    let best = 0;
    values.forEach((value, i) => {
      if (value > values[best]) best = i;
    });
    return node.cellAt(best);
  }

  function resized() {
    tinyconv.showImage();
    tinyconv.showMap(tinyconv.state.cell, tinyconv.state.backward);
    tinyconv.mark(tinyconv.state.cell);
  }

  begin();
})((window.tinyconv = window.tinyconv || {}));
