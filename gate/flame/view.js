// The page: what is chosen, and what follows from it.
const PAPER = 900; // of which a sheet's width makes letters of seven points

class View {
  constructor(graphs) {
    this.graphs = graphs;
    this.byId = id => document.getElementById(id);
    for (const {benchmark} of graphs)
      make('option', {text: benchmark ?? 'all'}, this.byId('benchmark'));
    this.byId('which').hidden = graphs.length === 1;
    this.byId('tools').hidden = this.byId('main').hidden = false;
    this.listen();
    this.show(graphs[0]);
    this.width = this.byId('graph').clientWidth;
    new ResizeObserver(() => {
      if (this.byId('graph').clientWidth !== this.width) {
        this.width = this.byId('graph').clientWidth;
        this.draw();
      }
    }).observe(this.byId('graph'));
  }

  show(data) {
    this.figures = new Figures(data);
    this.calls = new Calls(data);
    this.picked = null; // a name
    this.graph = new Graph(this.byId('frames'), this.figures);
    this.table = new FunctionTable(this.byId('table'), this.byId('more'), this.figures, name => this.pick(name));
    this.table.of = document.querySelector('input[name=of]:checked').value;
    document.querySelectorAll('.difference').forEach(element => element.hidden = !this.figures.difference);
    for (const name of ['width', 'measure'])
      this.tools()[name].value = data[name];
    this.focus = this.root();
    if (data.benchmark !== undefined)
      this.byId('summary').textContent = `${data.benchmark} · ${data.summary}`;
    this.legend();
    this.search();
  }

  tools() {
    return this.byId('tools').elements;
  }

  callers() {
    return this.tools().order.value === 'callers';
  }

  listen() {
    const svg = this.byId('frames'), search = this.byId('search');
    this.byId('tools').addEventListener('submit', event => event.preventDefault());
    this.byId('tools').addEventListener('change', event => this.choose(event.target.name));
    document.querySelectorAll('input[name=of]').forEach(input => input.addEventListener('change', () => {
      this.table.of = input.value;
      this.table.draw();
    }));
    search.addEventListener('input', () => {
      cancelAnimationFrame(this.soon);
      this.soon = requestAnimationFrame(() => this.search());
    });
    this.byId('reset').addEventListener('click', () => this.zoom(this.root()));
    svg.addEventListener('click', event => {
      const frame = this.graph.under(event);
      if (frame)
        this.zoom(frame.node);
    });
    svg.addEventListener('pointermove', event => this.tip(this.graph.under(event), event.clientX, event.clientY));
    svg.addEventListener('pointerleave', () => this.tip(null));
    svg.addEventListener('keydown', event => this.key(event));
    svg.addEventListener('blur', () => this.tip(null));
    addEventListener('beforeprint', () => this.print(PAPER));
    addEventListener('afterprint', () => this.print(0));
    document.addEventListener('keydown', event => {
      if (event.key === '/' && !(event.target instanceof HTMLInputElement && event.target.type === 'search')) {
        event.preventDefault();
        search.focus();
        search.select();
      } else if (event.key === 'Escape')
        this.back();
    });
  }

  print(width) {
    this.graph.paper = width;
    this.draw();
  }

  root() {
    return this.callers() ? this.calls.callersRoot : this.calls.root;
  }

  choose(name) {
    if (name === 'benchmark') {
      this.show(this.graphs[this.byId('benchmark').selectedIndex]);
      return;
    }
    if (name === 'order')
      this.focus = this.root();
    if (name === 'width' || name === 'measure') {
      this.figures[name] = this.tools()[name].value;
      if (!this.figures.widthOf(this.focus.total))
        this.focus = this.root();
      this.legend();
      this.table.draw();
    }
    this.found();
    this.draw();
  }

  // The way back: what was found first, then the zoom.
  back() {
    if (this.byId('search').value || this.picked !== null) {
      this.byId('search').value = '';
      this.picked = null;
      this.table.mark(null);
      this.search();
    } else
      this.zoom(this.root());
  }

  key(event) {
    if (event.key === 'Enter' && this.graph.selected)
      this.zoom(this.graph.selected);
    else if (event.key.startsWith('Arrow')) {
      const frame = this.graph.next(event.key);
      if (frame)
        this.select(frame);
    } else
      return;
    event.preventDefault();
  }

  select(frame) {
    this.graph.select(frame.node);
    const box = frame.group.getBoundingClientRect();
    if (box.top < 0 || box.bottom > innerHeight)
      frame.group.scrollIntoView({block: 'center'});
    const place = frame.group.getBoundingClientRect();
    this.tip(frame, Math.max(place.left, 0), place.bottom - 8);
    this.byId('spoken').textContent = this.figures.words(frame.node, this.callers()).join(', ');
  }

  zoom(node) {
    this.focus = node;
    this.graph.selected = node;
    this.table.mark(node.name > NARROW ? node.name : this.picked);
    this.tip(null);
    this.draw();
  }

  pick(name) {
    this.picked = this.picked === name ? null : name;
    this.table.mark(this.picked);
    this.found();
    this.draw();
  }

  // A test for names: plain text without case, or an expression between slashes.
  matcher(text) {
    const expression = /^\/(.*)\/(i?)$/.exec(text);
    this.byId('search').classList.remove('bad');
    if (!expression) {
      const low = text.toLowerCase();
      return name => name.toLowerCase().includes(low);
    }
    try {
      const regular = new RegExp(expression[1], expression[2]);
      return name => regular.test(name);
    } catch {
      this.byId('search').classList.add('bad');
      return () => false;
    }
  }

  search() {
    const text = this.byId('search').value;
    this.table.filter = null;
    if (text) {
      const matches = this.matcher(text);
      this.table.filter = Uint8Array.from(this.calls.names, (name, i) => i > NARROW && matches(name) ? 1 : 0);
      this.picked = null;
    }
    this.table.draw();
    this.found();
    this.draw();
  }

  // Which names stand out, and how much is spent under them.
  found() {
    const line = this.byId('matched');
    this.marked = this.table.filter;
    line.replaceChildren();
    if (this.picked !== null) {
      this.marked = new Uint8Array(this.calls.names.length);
      this.marked[this.picked] = 1;
    }
    if (!this.marked)
      return;
    const spent = this.calls.spent(this.marked), f = this.figures;
    const count = this.marked.reduce((sum, one) => sum + one, 0);
    const what = this.picked !== null ? this.calls.names[this.picked] : count === 1 ? '1 function' : `${count} functions`;
    line.append(`${what}: ${f.shareWords(spent)} of all, ${f.costWords(spent)}`);
    make('button', {type: 'button', text: 'clear'}, line).addEventListener('click', () => this.back());
  }

  draw() {
    this.graph.draw(this.calls, this.focus, this.marked);
    this.byId('reset').disabled = this.focus === this.root();
    this.path();
    this.notes();
  }

  path() {
    const path = this.byId('path'), nodes = [];
    for (let node = this.focus; node; node = node.above)
      nodes.unshift(node);
    path.replaceChildren();
    if (nodes.length === 1) {
      make('span', {text: 'Click a frame to zoom into it'}, path);
      return;
    }
    nodes.forEach((node, i) => {
      const name = this.calls.names[node.name];
      if (i === nodes.length - 1)
        make('b', {text: name}, path);
      else if (i === 0 || i >= nodes.length - 4) {
        make('button', {type: 'button', text: name}, path).addEventListener('click', () => this.zoom(node));
        make('i', {text: '›'}, path);
      } else if (i === 1)
        make('i', {text: '… ›'}, path);
    });
  }

  legend() {
    const legend = this.byId('legend'), {difference, data} = this.figures;
    legend.replaceChildren();
    if (!difference)
      return;
    const line = make('p', {}, legend);
    make('span', {class: 'down', text: '◀ blue: less in new'}, line);
    line.append(this.figures.tested() ? ' than in old; grey: not significant, not tested, or less than 1%; '
      : ' than in old; grey: less than 1%; ');
    make('span', {class: 'up', text: 'orange: more in new ▶'}, line);
    line.append('; hatched: only in old (gone) or only in new');
    for (const [paint, text] of data.legend.filter(([paint]) => this.figures.tested() || !paint.endsWith('0'))) {
      const item = make('div', {}, legend);
      make('rect', {class: paint, width: 40, height: 13}, make('svg', {}, item));
      item.append(text);
    }
  }

  notes() {
    const f = this.figures, notes = this.byId('notes'), {data} = f, gone = data.gone;
    const note = text => make('li', {text}, notes);
    notes.replaceChildren();
    if (f.difference && gone && f.width === 'new') {
      const line = note(`Gone: stacks of ${f.percent(f.share(OLD, gone))} of the old total have no width here. `);
      make('button', {type: 'button', text: 'show both'}, line).addEventListener('click', () => {
        this.tools().width.value = 'both';
        this.choose('width');
      });
    }
    if (f.difference && !f.rounds[NEW] && f.measure === 'cost')
      note('No rounds are labelled: totals are compared as they are. Compare shares if one was sampled for longer.');
    if (data.per_round && f.measure === 'cost')
      note(`${data.per_round}.`);
    if (f.difference && !f.tested())
      note(data.functions.verdict ? 'Costs were not tested, only shares: colours are the size of the change alone.'
        : 'Nothing was tested (that takes five labelled rounds a side): colours are the size of the change alone.');
    if (data.joined)
      note(`${data.joined} ${data.joined === 1 ? 'frame' : 'frames'} below ${100 * data.min_share}% of the total ${data.joined === 1 ? 'is' : 'are'} joined.`);
  }

  tip(frame, x, y) {
    const tip = this.byId('tip');
    tip.hidden = !frame;
    if (!frame)
      return;
    const [name, ...lines] = this.figures.words(frame.node, this.callers());
    tip.replaceChildren();
    make('b', {text: name}, tip);
    for (const line of lines)
      make('span', {text: line}, tip);
    const {width, height} = tip.getBoundingClientRect();
    tip.style.left = `${Math.max(4, Math.min(x + 14, innerWidth - width - 4))}px`;
    tip.style.top = `${y + 18 + height < innerHeight ? y + 18 : Math.max(4, y - height - 10)}px`;
  }
}

new View([JSON.parse(document.getElementById('data').textContent)].flat());
