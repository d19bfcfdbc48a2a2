// What the metadata place on a map: boxes, outlines of masks, points and labels, each object in its colour.
(function (tinyconv) {
  'use strict';

  const CROWD = 8; // objects above which a small map has no labels, and a large one small labels

  /** Draw all places of a node over its map, which fills `width`×`height` of the context. */
  function drawPlaces(context, node, width, height, large) {
    if (!tinyconv.state.objects) return;
    const sheet = { context, node, x: width / node.W, y: height / node.H, width, height, large };
    for (const [name, draw] of LAYERS) {
      node.places.kinds.filter(({ kind }) => kind === name).forEach((kind) => draw(sheet, kind));
    }
    if (large || tinyconv.story.objects.length <= CROWD) drawLabels(sheet);
  }

  const LAYERS = [['mask', drawMask], ['boxes', drawBoxes], ['points', drawPoints]]; // the last one lies on top

  /** Stroke a path on a dark halo, so that it shows on light maps too. */
  function stroke(sheet, path, colour, line, halo) {
    const { context } = sheet;
    context.strokeStyle = tinyconv.story.halo;
    context.lineWidth = line + halo;
    if (halo) context.stroke(path);
    context.strokeStyle = colour;
    context.lineWidth = line;
    context.stroke(path);
  }

  function drawBoxes(sheet, kind) {
    kind.rows.forEach(([x1, y1, x2, y2], row) => {
      if (!kind.shown[row]) return;
      const path = new Path2D();
      path.rect(x1 * sheet.x, y1 * sheet.y, (x2 - x1) * sheet.x, (y2 - y1) * sheet.y);
      stroke(sheet, path, kind.colours[row], sheet.large ? 2 : 1, sheet.large ? 1.6 : 0.7);
    });
  }

  function drawPoints(sheet, kind) {
    const radius = sheet.large ? 4 : 2;
    kind.rows.forEach((points, row) => {
      points.forEach(([x, y], which) => {
        if (!kind.shown[row][which]) return;
        const path = new Path2D();
        path.arc(x * sheet.x, y * sheet.y, radius, 0, 2 * Math.PI);
        stroke(sheet, path, kind.colours[row], 1, 1.6);
        sheet.context.fillStyle = kind.colours[row];
        sheet.context.fill(path);
      });
    });
  }

  function drawMask(sheet, kind) {
    const ids = tinyconv.array(kind.array);
    const cells = sheet.node.H * sheet.node.W;
    for (let plane = 0; plane < Math.max(1, kind.planes); plane += 1) {
      const paths = outlines(sheet, ids.subarray(plane * cells, (plane + 1) * cells));
      const [line, halo] = sheet.large ? [1.2, 1.6] : [0.8, 0];
      paths.forEach((path, id) => stroke(sheet, path, kind.colours[kind.planes ? plane : id - 1], line, halo));
    }
  }

  /** Return, for each id, the cell edges that part it from what is not it. */
  function outlines(sheet, ids) {
    const { H, W } = sheet.node;
    const paths = new Map();
    const at = (row, col) => (row < 0 || row >= H || col < 0 || col >= W ? 0 : ids[row * W + col]);
    const edge = (id, x1, y1, x2, y2) => {
      if (!paths.has(id)) paths.set(id, new Path2D());
      paths.get(id).moveTo(x1 * sheet.x, y1 * sheet.y);
      paths.get(id).lineTo(x2 * sheet.x, y2 * sheet.y);
    };
    for (let row = 0; row < H; row += 1) {
      for (let col = 0; col < W; col += 1) {
        const id = at(row, col);
        if (!id) continue;
        if (at(row - 1, col) !== id) edge(id, col, row, col + 1, row);
        if (at(row + 1, col) !== id) edge(id, col, row + 1, col + 1, row + 1);
        if (at(row, col - 1) !== id) edge(id, col, row, col, row + 1);
        if (at(row, col + 1) !== id) edge(id, col + 1, row, col + 1, row + 1);
      }
    }
    return paths;
  }

  function drawLabels(sheet) {
    for (const [row, x, y] of sheet.node.places.labels) {
      const { name, colour } = tinyconv.story.objects[row];
      drawLabel(sheet, x * sheet.x, y * sheet.y, name, colour);
    }
  }

  /** Write a label whose lower left corner lies at (x, y), moved into the map. */
  function drawLabel(sheet, x, y, name, colour) {
    const { context } = sheet;
    const size = labelSize(sheet);
    const margin = sheet.large ? 4 : 1;
    context.font = `600 ${size}px system-ui, sans-serif`;
    const text = shortened(context, name, sheet.width * (sheet.large ? 0.9 : 0.5));
    const width = context.measureText(text).width + 2 * margin;
    const height = size + margin;
    const left = Math.max(0, Math.min(x, sheet.width - width));
    const top = Math.max(0, Math.min(y - height, sheet.height - height));
    context.fillStyle = colour;
    context.fillRect(left, top, width, height);
    context.fillStyle = tinyconv.story.halo;
    context.textBaseline = 'middle';
    context.fillText(text, left + margin, top + height / 2 + 0.5);
  }

  function labelSize({ large }) {
    if (!large) return 7;
    return tinyconv.story.objects.length > CROWD ? 9 : 12;
  }

  /** Return as much of a name as fits. */
  function shortened(context, name, width) {
    if (context.measureText(name).width <= width) return name;
    let end = name.length;
    while (end > 1 && context.measureText(`${name.slice(0, end)}…`).width > width) end -= 1;
    return `${name.slice(0, end)}…`;
  }

  Object.assign(tinyconv, { drawPlaces });
})((window.tinyconv = window.tinyconv || {}));
