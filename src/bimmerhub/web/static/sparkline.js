// The last seven days of one signal, drawn as SVG. A parked car says nothing, so a value holds until the next one.

import { number } from './words.js';

const SVG = 'http://www.w3.org/2000/svg';
const WIDTH = 336;
const HEIGHT = 72;
const TOP = 4;
const BASE = HEIGHT - 4;
export const DAYS = 7;
export const BUCKETS = DAYS * 24;
const DAY = 86_400_000;

function shape(tag, attributes) {
  const made = document.createElementNS(SVG, tag);
  for (const [name, value] of Object.entries(attributes)) made.setAttribute(name, String(value));
  return made;
}

export class Sparkline {
  constructor(figure, title, value) {
    this.figure = figure;
    this.title = title;
    this.value = value;
    this.svg = figure.querySelector('svg');
    this.points = [];
    this.svg.addEventListener('pointermove', (event) => this.point(event));
    this.svg.addEventListener('pointerleave', () => this.point(null));
  }

  // `points` are [time in ms, number], oldest first.
  draw(points, now) {
    this.points = points;
    this.from = now - DAYS * DAY;
    this.to = now;
    this.svg.replaceChildren();
    this.figure.dataset.empty = String(points.length === 0);
    for (const at of this.midnights()) {
      this.svg.append(shape('line', { class: 'day', x1: this.x(at), x2: this.x(at), y1: 0, y2: HEIGHT }));
    }
    for (const level of [0, 50, 100]) {
      this.svg.append(shape('line', { class: 'guide', x1: 0, x2: WIDTH, y1: this.y(level), y2: this.y(level) }));
    }
    if (points.length > 0) {
      const line = this.line();
      const first = this.x(points[0][0]).toFixed(1);
      this.svg.append(shape('path', { class: 'area', d: `${line} V${BASE} H${first} Z` }), shape('path', { class: 'line', d: line }));
    }
    this.cursor = shape('line', { class: 'cursor', x1: 0, x2: 0, y1: 0, y2: HEIGHT, visibility: 'hidden' });
    this.svg.append(this.cursor);
    this.label();
  }

  // Called with each new state: a value that differs from the last one drawn is added at the end.
  describe(title, current, now) {
    this.name = title;
    const last = this.points.at(-1);
    if (last && current !== null && current !== last[1] && now > last[0]) this.draw([...this.points, [now, current]], now);
    else if (!this.isPointing) this.label();
  }

  line() {
    const hour = DAY / 24;
    const parts = [];
    this.points.forEach(([at, value], index) => {
      const place = `${this.x(at).toFixed(1)} ${this.y(value).toFixed(1)}`;
      if (index === 0) parts.push(`M${place}`);
      else {
        const [before] = this.points[index - 1];
        if (at - before > 2 * hour) parts.push(`H${this.x(at - hour).toFixed(1)}`);
        parts.push(`L${place}`);
      }
    });
    parts.push(`H${WIDTH}`);
    return parts.join(' ');
  }

  midnights() {
    const midnight = new Date(this.to);
    midnight.setHours(0, 0, 0, 0);
    return Array.from({ length: DAYS }, (_, day) => midnight.getTime() - day * DAY).filter((at) => at > this.from);
  }

  x(at) {
    return Math.max(0, Math.min(WIDTH, ((at - this.from) / (this.to - this.from)) * WIDTH));
  }

  y(value) {
    return BASE - (Math.max(0, Math.min(100, value)) / 100) * (BASE - TOP);
  }

  label() {
    const values = this.points.map(([, value]) => value);
    const span = values.length ? `${number(Math.min(...values))}–${number(Math.max(...values))} %` : 'nothing reported';
    this.set(`${this.name ?? ''}, last ${DAYS} days`, span);
    this.svg.setAttribute('aria-label', `${this.name} of the last ${DAYS} days: ${span}`);
  }

  point(event) {
    this.isPointing = event !== null && this.points.length > 0;
    if (!this.isPointing) {
      this.cursor?.setAttribute('visibility', 'hidden');
      if (this.name) this.label();
      return;
    }
    const box = this.svg.getBoundingClientRect();
    const at = this.from + ((event.clientX - box.left) / box.width) * (this.to - this.from);
    const held = this.points.filter(([time]) => time <= at).at(-1) ?? this.points[0];
    const x = String(this.x(Math.max(at, held[0])));
    this.cursor.setAttribute('x1', x);
    this.cursor.setAttribute('x2', x);
    this.cursor.setAttribute('visibility', 'visible');
    const when = new Date(at).toLocaleString(undefined, { weekday: 'short', hour: '2-digit', minute: '2-digit' });
    this.set(when, `${number(held[1])} %`);
  }

  set(title, value) {
    if (this.title.textContent !== title) this.title.textContent = title;
    if (this.value.textContent !== value) this.value.textContent = value;
  }
}
