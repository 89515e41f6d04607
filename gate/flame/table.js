// The functions beside the graph: sortable, and so many rows at a time.
const STEP = 200;

class FunctionTable {
  constructor(table, more, figures, pick) {
    Object.assign(this, {table, more, figures, pick, of: 'cum', limit: STEP, filter: null, current: null});
    const {functions, names} = figures.data, count = names.length - 2;
    this.values = {};
    for (const of of ['flat', 'cum'])
      this.values[of] = [functions[`old_${of}`] ?? new Array(count).fill(0), functions[`new_${of}`]];
    this.order = [...Array(count).keys()];
    this.columns = this.makeColumns();
    this.sorted = {column: this.columns.find(c => c.first), down: true};
    more.onclick = () => {
      this.limit += STEP;
      this.draw();
    };
    this.head();
  }

  // What each column is called, shows, and is sorted by.
  makeColumns() {
    const f = this.figures, both = i => [this.values[this.of][OLD][i], this.values[this.of][NEW][i]];
    const amount = (side, i) => f.amount(side, both(i)[side]), by = i => amount(NEW, i) - amount(OLD, i);
    const show = value => f.measure === 'share' ? f.percent(value, false, 1) : f.brief(value);
    const side = (title, at, first) => ({title, first, text: i => show(amount(at, i)), key: i => amount(at, i)});
    const name = {title: 'Function', words: true, text: i => f.data.names[i + 2], key: i => f.data.names[i + 2]};
    if (!f.difference)
      return [name, side('Cost', NEW, true), {title: 'Share', text: i => f.percent(f.share(NEW, both(i)[NEW])), key: i => both(i)[NEW]}];
    const change = {
      title: 'Change', first: true, key: i => Math.abs(by(i)),
      text: i => (by(i) >= 0 ? '+' : '') + show(by(i)) + f.changeWords(both(i), 1),
      paint: i => ({up: 'worse', new: 'worse', down: 'better', gone: 'better'})[f.paint({name: i + 2, total: both(i)}, this.of).replace(/[1-9]$/, '')] ?? '',
    };
    const columns = [name, side('Old', OLD), side('New', NEW), change];
    if (f.data.functions.verdict) {
      const p = i => f.mark(i + 2, this.of)?.p, verdict = i => f.verdictWords(i + 2, this.of);
      columns.push({title: 'p', text: i => p(i) === undefined ? '' : f.p(p(i)), key: i => -(p(i) ?? 2)},
        {title: 'Verdict', words: true, text: verdict, key: verdict, paint: () => 'words'});
    }
    return columns;
  }

  head() {
    this.table.tHead.replaceChildren();
    const row = make('tr', {}, this.table.tHead);
    for (const column of this.columns) {
      const cell = make('th', {scope: 'col'}, row);
      column.button = make('button', {type: 'button'}, cell);
      column.button.addEventListener('click', () => {
        const same = this.sorted.column === column;
        this.sorted = {column, down: same ? !this.sorted.down : !column.words};
        this.draw();
      });
    }
  }

  sort() {
    const {column, down} = this.sorted, sign = down ? -1 : 1, keys = this.order.map(() => null);
    for (const i of this.order)
      keys[i] = column.key(i);
    this.order.sort((a, b) => sign * (keys[a] < keys[b] ? -1 : keys[a] > keys[b] ? 1 : 0) || a - b);
    for (const c of this.columns) {
      const active = c === column;
      c.button.textContent = c.title + (active ? down ? ' ▾' : ' ▴' : '');
      c.button.parentElement.setAttribute('aria-sort', active ? down ? 'descending' : 'ascending' : 'none');
    }
  }

  draw() {
    this.sort();
    const body = document.createDocumentFragment();
    let rows = 0, left = 0;
    for (const i of this.order) {
      if (this.filter && !this.filter[i + 2])
        continue;
      if (!this.filter && !this.values[this.of][OLD][i] && !this.values[this.of][NEW][i])
        continue;
      if (rows++ < this.limit)
        this.row(i, body);
      else
        left++;
    }
    this.table.tBodies[0].replaceChildren(body);
    this.more.hidden = !left;
    this.more.textContent = `Show ${Math.min(left, STEP)} of ${left} more`;
    this.more.dataset.left = `${left} more are not shown`;
  }

  row(i, body) {
    const row = make('tr', {tabindex: 0, 'data-name': i + 2}, body);
    for (const column of this.columns) {
      const cell = make('td', {class: column.paint?.(i) ?? ''}, row), text = column.text(i);
      if (column.title === 'Function')
        make('span', {text, title: text}, cell);
      else
        cell.textContent = text;
    }
    row.classList.toggle('current', this.current === i + 2);
    row.addEventListener('click', () => this.pick(i + 2));
    row.addEventListener('keydown', event => {
      if (event.key === 'Enter')
        this.pick(i + 2);
    });
  }

  mark(name) {
    this.current = name;
    for (const row of this.table.tBodies[0].rows)
      row.classList.toggle('current', Number(row.dataset.name) === name);
  }
}
