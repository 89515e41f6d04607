'use strict';
const OLD = 0, NEW = 1, ALL = 0, NARROW = 1; // sides; the first two names

// The data of the page as a tree of calls, and the same upside down. Frames are numbers in the order of a walk; what is drawn are
// nodes {name, total, self, above, level}, made when their caller is looked into, so that a large tree costs only what is seen.
class Calls {
  constructor(data) {
    const {level, name, old, new: now} = data.frames, count = level.length, path = [];
    this.names = data.names;
    this.name = Int32Array.from(name);
    this.self = [Float64Array.from(old ?? new Float64Array(count)), Float64Array.from(now)];
    this.total = this.self.map(values => values.slice());
    this.above = new Int32Array(count);
    this.end = new Int32Array(count); // the frame behind all that this one calls
    for (let at = 0; at < count; at++) {
      path[level[at]] = at;
      this.above[at] = level[at] ? path[level[at] - 1] : -1;
      this.end[at] = at + 1;
    }
    for (let at = count - 1; at > 0; at--) {
      const above = this.above[at];
      this.total[OLD][above] += this.total[OLD][at];
      this.total[NEW][above] += this.total[NEW][at];
      this.end[above] = Math.max(this.end[above], this.end[at]);
    }
    this.root = {name: ALL, at: 0, total: this.of(this.total, 0), self: this.of(this.self, 0), above: null, level: 0};
    this.callersRoot = {name: ALL, leaves: null, total: this.root.total, self: [0, 0], above: null, level: 0};
  }

  of(columns, at) {
    return [columns[OLD][at], columns[NEW][at]];
  }

  // What a node calls, or in the tree of callers what it is called by.
  below(node) {
    return node.below ??= node.at === undefined ? this.callers(node) : this.callees(node);
  }

  callees(node) {
    const below = [];
    for (let at = node.at + 1; at < this.end[node.at]; at = this.end[at])
      below.push({name: this.name[at], at, total: this.of(this.total, at), self: this.of(this.self, at), above: node, level: node.level + 1});
    return below;
  }

  // Frames with a cost of their own, by what called them: a node keeps the frames whose cost it has, and how far up each of them
  // has been followed.
  callers(node) {
    const groups = new Map();
    const add = (leaf, place) => {
      let group = groups.get(this.name[place]);
      if (!group) {
        group = {name: this.name[place], leaves: [], places: [], total: [0, 0], self: [0, 0], above: node, level: node.level + 1};
        groups.set(group.name, group);
      }
      group.leaves.push(leaf);
      group.places.push(place);
      group.total[OLD] += this.self[OLD][leaf];
      group.total[NEW] += this.self[NEW][leaf];
    };
    if (node.leaves)
      node.leaves.forEach((leaf, i) => {
        const place = this.above[node.places[i]];
        if (place > 0)
          add(leaf, place);
      });
    else
      for (let at = 1; at < this.name.length; at++)
        if (this.self[OLD][at] || this.self[NEW][at])
          add(at, at);
    return [...groups.values()].sort((a, b) => (a.name === NARROW) - (b.name === NARROW) ||
      b.total[NEW] + b.total[OLD] - a.total[NEW] - a.total[OLD] || a.name - b.name);
  }

  // What is spent under frames whose name is marked, each frame once.
  spent(marked) {
    const sum = [0, 0];
    for (let at = 0; at < this.name.length;) {
      if (marked[this.name[at]]) {
        sum[OLD] += this.total[OLD][at];
        sum[NEW] += this.total[NEW][at];
        at = this.end[at];
      } else
        at++;
    }
    return sum;
  }
}
