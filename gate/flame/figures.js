// Numbers: what is compared, which colour it has, and how it reads.
class Figures {
  constructor(data) {
    this.data = data;
    this.difference = data.profiles.length === 2;
    this.totals = this.difference ? data.totals : [0, data.totals[0]];
    this.rounds = this.difference ? data.rounds : [0, data.rounds[0]];
    this.perOp = data.per_op && (this.difference ? data.per_op : [0, data.per_op[0]]);
    this.measure = data.measure;
    this.width = data.width;
  }

  cost(side, value) {
    if (this.perOp)
      return value * this.perOp[side];
    return this.rounds[side] ? value / this.rounds[side] : value;
  }

  share(side, value) {
    return this.totals[side] ? value / this.totals[side] : 0;
  }

  // By what is compared now.
  amount(side, value) {
    return this.measure === 'share' ? this.share(side, value) : this.cost(side, value);
  }

  widthOf(total) {
    return (this.width === 'old' ? 0 : this.amount(NEW, total[NEW])) + (this.width === 'new' ? 0 : this.amount(OLD, total[OLD]));
  }

  change(value) {
    const old = this.amount(OLD, value[OLD]);
    return (this.amount(NEW, value[NEW]) - old) / old;
  }

  // The column of functions that is about what is compared now.
  tests(of, what) {
    return this.data.functions[`${this.measure === 'share' ? 'share_' : ''}${of}_${what}`];
  }

  // Was anything tested? What has no test of its own is then not significant.
  tested() {
    return this.tests('cum', 'p') !== undefined;
  }

  // What tests said of a function's own cost (flat) or of all it calls (cum); null without a test.
  mark(name, of) {
    if (name === ALL)
      return (this.measure === 'cost' && this.data.all) || null;
    const place = name - 2, changed = this.tests(of, 'changed')?.[place] ?? null;
    return changed === null ? null : {changed, p: this.tests(of, 'p')[place]};
  }

  verdict(name) {
    return this.data.functions.verdict?.[name - 2] ?? null;
  }

  // A verdict is on what a function costs itself, which totals beside it must not be taken for.
  verdictWords(name, of) {
    const verdict = this.verdict(name);
    return verdict && of === 'cum' ? `self ${verdict}` : verdict ?? '';
  }

  // The class of palette.css.
  paint({name, total}, of = 'cum') {
    if (!this.difference)
      return name <= NARROW ? 'same' : 'hue' + this.data.functions.hue[name - 2];
    const change = this.change(total), steps = this.data.steps.filter(step => Math.abs(change) >= step).length;
    if (!steps)
      return 'same';
    const significant = !this.tested() || Boolean(this.mark(name, of)?.changed && this.agrees(name, of, change));
    if (change === Infinity || total[NEW] === 0)
      return (change === Infinity ? 'new' : 'gone') + (significant ? '' : '0');
    return significant ? (change > 0 ? 'up' : 'down') + steps : 'same';
  }

  // Tests are of functions: of a frame that goes the other way they say nothing.
  agrees(name, of, change) {
    if (name === ALL)
      return true;
    const functions = this.data.functions, old = functions[`old_${of}`][name - 2], now = functions[`new_${of}`][name - 2];
    return Math.abs(change) === Infinity || change === -1 || (this.change([old, now]) > 0) === (change > 0);
  }

  // Two digits, as tooltips of the picture have them.
  p(p) {
    return p < 1e-4 ? p.toExponential(1) : p.toPrecision(2);
  }

  value(value) {
    const units = this.data.units, [factor, suffix] = units.find(([least]) => Math.abs(value) >= least) ?? units[units.length - 1];
    const scaled = value / factor, digits = Math.abs(scaled - Math.round(scaled)) < 0.005 ? 0 : 2;
    return scaled.toFixed(digits) + (value ? suffix : '');
  }

  // For a table: three digits say enough.
  brief(value) {
    const units = this.data.units, [factor, suffix] = units.find(([least]) => Math.abs(value) >= least) ?? units[units.length - 1];
    const scaled = value / factor, size = Math.abs(scaled);
    return scaled.toFixed(size >= 99.95 || (factor === 1 && Number.isInteger(scaled)) ? 0 : size >= 9.995 ? 1 : 2) + (value ? suffix : '');
  }

  percent(ratio, sign, digits = 2) {
    return (sign && ratio >= 0 ? '+' : '') + (100 * ratio).toFixed(digits) + '%';
  }

  changeWords(value, digits) {
    const change = this.change(value);
    if (Number.isNaN(change))
      return '';
    return change === Infinity ? ' (new)' : value[NEW] ? ` (${this.percent(change, true, digits)})` : ' (gone)';
  }

  costWords(value) {
    const now = this.value(this.cost(NEW, value[NEW]));
    if (!this.difference)
      return now;
    return `${this.value(this.cost(OLD, value[OLD]))} → ${now}${this.measure === 'cost' ? this.changeWords(value) : ''}`;
  }

  shareWords(value) {
    const now = this.percent(this.share(NEW, value[NEW]));
    if (!this.difference)
      return now;
    return `${this.percent(this.share(OLD, value[OLD]))} → ${now}${this.measure === 'share' ? this.changeWords(value) : ''}`;
  }

  // A name and the lines that say what a node is.
  words(node, callers) {
    const mark = this.mark(node.name, 'cum'), verdict = this.verdict(node.name), lines = [`total ${this.costWords(node.total)}`];
    if (!callers)
      lines.push(`self ${this.costWords(node.self)}`);
    lines.push(`share ${this.shareWords(node.total)}`);
    if (mark)
      lines.push(`${node.name === ALL ? 'all' : 'function'}: total p = ${this.p(mark.p)}${verdict ? `, self ${verdict}` : ''}`);
    else if (this.difference && this.tested() && node.name > NARROW)
      lines.push('function: total not tested, too few samples');
    return [this.data.names[node.name], ...lines];
  }
}
