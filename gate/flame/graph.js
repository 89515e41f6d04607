// The drawing: one SVG, of which only what is a pixel wide is made.
const ROW = 20, MOST_ROWS = 1500, SVG = 'http://www.w3.org/2000/svg';

function make(name, attributes, parent) {
  const element = name in {svg: 1, g: 1, rect: 1, text: 1} ? document.createElementNS(SVG, name) : document.createElement(name);
  for (const [key, value] of Object.entries(attributes))
    if (key === 'text')
      element.textContent = value;
    else
      element.setAttribute(key, value);
  parent?.append(element);
  return element;
}

function cutMiddle(text, most) {
  const letters = text.length > most ? Array.from(text) : [];
  if (letters.length <= most)
    return text;
  const front = most >> 1;
  return letters.slice(0, front).join('') + '…' + letters.slice(letters.length - (most - front - 1)).join('');
}

class Graph {
  constructor(svg, figures) {
    this.svg = svg;
    this.figures = figures;
    this.drawn = []; // {node, x, width, row, group}
    this.paper = 0; // width when it is printed, whatever the window's is
  }

  // Draws the callers of `focus`, then it at full width, then all below it.
  draw(tree, focus, marked) {
    const width = this.paper || Math.max(this.svg.parentElement.clientWidth, 200), all = document.createElementNS(SVG, 'g'), stack = [];
    this.letter ??= this.measureLetter();
    this.drawn = [];
    this.marked = marked;
    this.byNode = new Map();
    for (let node = focus.above; node; node = node.above)
      stack.push(node);
    stack.reverse().forEach((node, row) => this.put(all, node, 0, width, row, 'above'));
    let rows = focus.level + 1;
    const whole = this.figures.widthOf(focus.total), scale = whole ? width / whole : 0, open = [[focus, 0, focus.level]];
    while (open.length) {
      const [node, x, row] = open.pop(), own = this.figures.widthOf(node.total) * scale;
      this.put(all, node, x, Math.min(own, width), row);
      rows = Math.max(rows, row + 1);
      if (row - focus.level < MOST_ROWS)
        this.open(open, all, tree.below(node), x, row + 1, scale);
    }
    this.svg.replaceChildren(all);
    this.svg.setAttribute('viewBox', `0 0 ${width} ${rows * ROW + 1}`);
    this.svg.classList.toggle('found', marked !== null);
    this.select(this.selected && this.byNode.has(this.selected) ? this.selected : null);
  }

  // Puts aside those below that are wide enough; runs of narrow ones become a strip each.
  open(open, all, below, x, row, scale) {
    let strip = 0;
    const flush = () => {
      if (strip >= 1)
        make('rect', {class: 'same', x: x - strip, y: row * ROW, width: strip, height: ROW - 1}, all);
      strip = 0;
    };
    const wide = [];
    for (const node of below) {
      const width = this.figures.widthOf(node.total) * scale;
      if (width >= 1) {
        flush();
        wide.push([node, x, row]);
      } else
        strip += width;
      x += width;
    }
    flush();
    while (wide.length)
      open.push(wide.pop());
  }

  put(all, node, x, width, row, extra = '') {
    const name = this.figures.data.names[node.name], hit = this.marked?.[node.name] ? 'hit' : '';
    const group = make('g', {class: `frame ${extra} ${hit}`, 'data-at': this.drawn.length, 'aria-label': name}, all);
    make('rect', {class: this.figures.paint(node), x: x.toFixed(2), y: row * ROW, width: width.toFixed(2), height: ROW - 1}, group);
    const room = Math.floor((width - 6) / this.letter);
    if (room >= 4)
      make('text', {x: (x + 4).toFixed(2), y: row * ROW + 14, text: cutMiddle(name, room)}, group);
    this.byNode.set(node, this.drawn.length);
    this.drawn.push({node, x, width, row, group});
  }

  measureLetter() {
    const sample = make('text', {text: 'M'.repeat(20)}, this.svg), length = sample.getComputedTextLength() / 20;
    sample.remove();
    return length || 7.3;
  }

  // The drawn frame under an event, or null.
  under(event) {
    const group = event.target.closest?.('[data-at]');
    return group ? this.drawn[group.dataset.at] : null;
  }

  select(node) {
    const before = this.drawn[this.byNode.get(this.selected)], now = this.drawn[this.byNode.get(node)];
    before?.group.classList.remove('at');
    now?.group.classList.add('at');
    now?.group.parentNode.append(now.group); // its outline lies over its neighbours
    this.selected = node;
    return now ?? null;
  }

  // The drawn frame next to the selected one: above, below (the widest), or beside it in its row.
  next(key) {
    const at = this.drawn[this.byNode.get(this.selected)];
    if (!at)
      return this.drawn[0] ?? null;
    if (key === 'ArrowUp')
      return this.drawn[this.byNode.get(at.node.above)] ?? at;
    if (key === 'ArrowDown')
      return this.drawn.filter(f => f.node.above === at.node).sort((a, b) => b.width - a.width)[0] ?? at;
    const row = this.drawn.filter(f => f.row === at.row).sort((a, b) => a.x - b.x), place = row.indexOf(at);
    return row[place + (key === 'ArrowRight' ? 1 : -1)] ?? at;
  }
}
