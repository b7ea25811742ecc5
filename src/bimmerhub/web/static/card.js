// One car's card. It is made once; after that only texts, widths and hidden flags change, so that nothing jumps.

import {
  NOT_REPORTED, activity, age, brandWords, distance, duration, heading, inspection, isPresent, lock, number, numeric, openings,
  plain, service, starterBattery, word,
} from './words.js';
import { Sparkline } from './sparkline.js';

const OLD = 7 * 86_400_000;
const TYRES = [['front', 'left'], ['front', 'right'], ['rear', 'left'], ['rear', 'right']];
const LOW_BY_KPA = 30;
const STARTER_SIGNALS = ['starter_battery_percent', 'starter_battery_v', 'starter_battery_condition', 'is_starter_battery_low'];
const SERVICE_SIGNALS = ['services_due', 'next_service_on', 'distance_to_service_km'];

export function element(tag, className, text) {
  const made = document.createElement(tag);
  if (className) made.className = className;
  if (text !== undefined) made.textContent = text;
  return made;
}

function setText(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

function setHidden(node, isHidden) {
  if (node.hidden !== isHidden) node.hidden = isHidden;
}

export class Card {
  // `keep(vin, method)` puts the car away (POST) or takes it back (DELETE).
  constructor(vehicle, keep) {
    this.vehicle = vehicle;
    this.signals = {};
    this.root = document.getElementById('card').content.firstElementChild.cloneNode(true);
    this.parts = {};
    for (const node of this.root.querySelectorAll('[data-part]')) this.parts[node.dataset.part] = node;
    this.levels = new Map();
    this.facts = new Map();
    this.tyres = null;
    this.rows = new Map();
    this.olderAccounts = new Set(); // names of those that read it by a family older than CarData
    this.sparkline = new Sparkline(this.parts.spark, this.parts['spark-title'], this.parts['spark-value']);
    this.parts.archive.addEventListener('click', () => {
      const isBack = this.vehicle.archived_at !== null;
      if (isBack || confirm(`Put ${this.title} away as sold today? Its history stays; what it tells later is not stored.`)) {
        keep(this.vehicle.vin, isBack ? 'DELETE' : 'POST');
      }
    });
    this.parts.all.addEventListener('toggle', () => this.renderAll(this.now ?? Date.now()));
  }

  get make() {
    return [brandWords(this.vehicle.brand), this.vehicle.model].filter(Boolean).join(' ');
  }

  get title() {
    const ending = `…${this.vehicle.vin.slice(-4)}`;
    if (!this.vehicle.model) return this.vehicle.name || `${brandWords(this.vehicle.brand) ?? 'Car'} ${ending}`;
    return this.vehicle.name || this.make;
  }

  get hasBattery() {
    return ['BEV', 'PHEV'].includes(this.vehicle.drivetrain) || numeric(this.signals, 'soc_percent') !== null;
  }

  get hasTank() {
    const { drivetrain } = this.vehicle;
    if (drivetrain === 'BEV') return false;
    return Boolean(drivetrain) || 'fuel_percent' in this.signals || 'fuel_l' in this.signals;
  }

  get mainSignal() {
    return this.hasBattery || !this.hasTank ? 'soc_percent' : 'fuel_percent';
  }

  render(now) {
    this.now = now;
    this.renderHead(now);
    this.renderLevels(now);
    this.renderCharging(now);
    this.renderFacts(now);
    this.renderTyres(now);
    this.renderAll(now);
    this.renderRecord();
    this.parts.spark.dataset.kind = this.mainSignal === 'fuel_percent' ? 'fuel' : 'battery';
    this.sparkline.describe(this.mainSignal === 'fuel_percent' ? 'Fuel' : 'Charge level', numeric(this.signals, this.mainSignal), now);
  }

  renderHead(now) {
    const { name, vin, drivetrain, notice, brand_from_vin: isGuess } = this.vehicle;
    this.renderPicture();
    setText(this.parts.title, this.title);
    const rest = [name ? this.make : null, `VIN …${vin.slice(-4)}`, isGuess ? 'brand from the VIN' : null, drivetrain === 'CONV' ? 'petrol or diesel' : drivetrain];
    setText(this.parts.subtitle, rest.filter(Boolean).join(' · '));
    setHidden(this.parts.notice, !notice);
    setText(this.parts.notice, notice ? notice[0].toUpperCase() + notice.slice(1) : '');
    const doing = activity(this.signals, now);
    this.root.dataset.activity = doing.kind;
    setText(this.parts.badge, doing.text);
  }

  renderRecord() {
    const day = (at) => new Date(at).toLocaleDateString();
    const seen = this.vehicle.accounts.map(({ account, mapping, mapped_since: since, unmapped_at: until }) => [
      `Account ${account}`, mapping ? `${mapping.toLowerCase()} user` : this.olderAccounts.has(account) ? null : 'not named by BMW',
      since ? `mapped since ${day(since)} (BMW gives nothing from before)` : null, until ? `until ${day(until)}` : null,
    ].filter(Boolean).join(', '));
    setText(this.parts['record-words'], seen.length ? seen.join('. ') : 'No account is known to see it: it came with a recording, or has only just begun to stream.');
    this.parts.fingerprint.href = `/api/v1/vehicles/${this.vehicle.vin}/fingerprint`;
    setText(this.parts.archive, this.vehicle.archived_at === null ? 'Sold: put it away' : 'Take it into use again');
  }

  renderPicture() {
    const { picture } = this.parts;
    const { vin, has_image: hasImage } = this.vehicle;
    if (hasImage && !picture.hasAttribute('src')) picture.src = `/api/v1/vehicles/${vin}/image`;
    setHidden(picture, !hasImage);
  }

  renderLevels(now) {
    const { signals } = this;
    const electric = numeric(signals, 'electric_range_km');
    const total = numeric(signals, 'total_range_km');
    this.renderLevel('battery', this.hasBattery || !this.hasTank, {
      title: 'Charge level', signal: signals.soc_percent, rangeSignal: electric === null ? signals.total_range_km : signals.electric_range_km,
      range: electric ?? (this.hasTank ? null : total), target: numeric(signals, 'soc_target_percent'), now,
    });
    this.renderLevel('fuel', this.hasTank, {
      title: 'Fuel', signal: signals.fuel_percent ?? signals.fuel_l, rangeSignal: signals.total_range_km, range: total, now,
      rangeWord: this.hasBattery ? 'Range in all' : 'Range',
    });
  }

  renderLevel(kind, isShown, { title, signal, rangeSignal, range, rangeWord = 'Range', target = null, now }) {
    let level = this.levels.get(kind);
    if (!level) {
      if (!isShown) return;
      level = makeLevel(kind, title);
      this.levels.set(kind, level);
      this.parts.levels.append(level.root);
    }
    setHidden(level.root, !isShown);
    const value = typeof signal?.value === 'number' ? signal.value : null;
    const isPercent = signal?.unit === '%';
    level.root.dataset.reported = String(value !== null);
    setText(level.title, title);
    const sign = signal?.quality === 'approximate' ? '≈ ' : '';
    setText(level.value, value === null ? NOT_REPORTED : sign + number(value));
    setText(level.unit, value === null ? '' : signal.unit);
    setText(level.range, range === null ? NOT_REPORTED : distance(range));
    level.range.dataset.reported = String(range !== null);
    setText(level.rangeWord, rangeWord);
    showAge(level.age, signal, now);
    showAge(level.rangeAge, range === null ? undefined : rangeSignal, now);
    const width = value !== null && isPercent ? Math.max(0, Math.min(100, value)) : 0;
    level.fill.style.width = `${width}%`;
    level.root.dataset.low = String(value !== null && isPercent && value <= 15);
    level.bar.setAttribute('aria-valuenow', String(width));
    level.bar.setAttribute('aria-valuetext', value === null ? NOT_REPORTED : `${number(value)} ${signal.unit}`);
    setHidden(level.target, target === null);
    if (target !== null) level.target.style.left = `${target}%`;
  }

  renderCharging(now) {
    const { signals, parts } = this;
    const isCharging = this.root.dataset.activity === 'charging';
    setHidden(parts.charging, !isCharging);
    if (!isCharging) return;
    const power = numeric(signals, 'charging_power_kw');
    // A countdown goes on only while the car keeps speaking of the charge.
    const minutes = signals.time_to_full_min?.freshness === 'fresh' ? numeric(signals, 'time_to_full_min') : null;
    const target = numeric(signals, 'soc_target_percent');
    const goal = target === null ? 'left' : `to ${number(target)} %`;
    const left = minutes === null ? 'time left not reported' : `${duration(Math.max(0, minutes - sinceMinutes(signals.time_to_full_min, now)))} ${goal}`;
    setText(parts.charging, [power === null ? 'power not reported' : `${number(power, 1)} kW`, left].join(' · '));
  }

  renderFacts(now) {
    const { signals } = this;
    const odometer = numeric(signals, 'odometer_km');
    this.fact('odometer', 'Odometer', odometer === null ? null : distance(odometer), signals.odometer_km, now);
    this.renderLock(now);
    this.renderPosition(now);
    const climate = word(signals, 'climate_activity');
    const isOff = climate === null || climate === 'off' || climate === 'standby' || !isPresent(signals.climate_activity);
    const goal = numeric(signals, 'target_temperature_c');
    this.optionalFact('climate', 'Climate', isOff ? null : goal === null ? capital(climate) : `${capital(climate)} to ${number(goal, 1)} °C`, signals.climate_activity, now);
    const starter = starterBattery(signals);
    this.warningFact('starter', '12 V battery', starter?.text ?? null, starter?.isWeak, newestOf(signals, STARTER_SIGNALS), now);
    const due = service(signals, now);
    this.warningFact('service', 'Service', due?.text ?? null, due?.isDue, newestOf(signals, SERVICE_SIGNALS), now);
    const legal = inspection(signals, now);
    this.warningFact('inspection', 'Inspection', legal?.text ?? null, legal?.isDue, signals.next_inspection_on, now);
  }

  warningFact(key, label, text, isWarning, signal, now) {
    this.optionalFact(key, label, text, signal, now);
    if (text !== null) this.facts.get(key).root.dataset.warn = String(Boolean(isWarning));
  }

  renderLock(now) {
    const { signals } = this;
    const state = lock(signals);
    const { open, names } = openings(signals);
    const newest = newestOf(signals, ['lock_state', ...names]);
    const closed = names.length > 0 && open.length === 0 ? 'all closed' : null;
    const text = [state, ...open, closed].filter(Boolean).join(', ');
    const fact = this.fact('lock', 'Doors', text ? capital(text) : null, newest, now);
    const isParked = this.root.dataset.activity !== 'driving';
    fact.root.dataset.warn = String(isParked && (open.length > 0 || state === 'Unlocked' || state === 'Partly locked'));
  }

  renderPosition(now) {
    const { signals } = this;
    const latitude = numeric(signals, 'latitude_deg');
    const longitude = numeric(signals, 'longitude_deg');
    const isKnown = latitude !== null && longitude !== null;
    const fact = this.fact('position', 'Position', null, isKnown ? signals.latitude_deg : undefined, now);
    if (!isKnown) return;
    if (!fact.link) {
      fact.link = element('a', 'map');
      fact.link.target = '_blank';
      fact.link.rel = 'noopener noreferrer';
      fact.link.title = 'Open on openstreetmap.org, which then learns this position';
      fact.value.replaceChildren(fact.link);
    }
    const direction = numeric(signals, 'heading_deg');
    const sign = signals.latitude_deg.quality === 'approximate' ? '≈ ' : '';
    const place = `${latitude.toFixed(5)}, ${longitude.toFixed(5)}`;
    setText(fact.link, sign + place);
    fact.value.dataset.reported = 'true';
    setText(fact.note, direction === null ? '' : `facing ${heading(direction)}`);
    const href = `https://www.openstreetmap.org/?mlat=${latitude.toFixed(6)}&mlon=${longitude.toFixed(6)}#map=16/${latitude.toFixed(5)}/${longitude.toFixed(5)}`;
    if (fact.link.getAttribute('href') !== href) fact.link.href = href;
  }

  fact(key, label, text, signal, now) {
    let fact = this.facts.get(key);
    if (!fact) {
      fact = makeFact(label);
      this.facts.set(key, fact);
      this.parts.facts.append(fact.root);
    }
    setHidden(fact.root, false);
    if (!(fact.link && signal)) {
      fact.link = null;
      setText(fact.value, text ?? NOT_REPORTED);
      fact.value.dataset.reported = String(text !== null);
    }
    showAge(fact.age, text === null && !fact.link && key !== 'position' ? undefined : signal, now);
    return fact;
  }

  optionalFact(key, label, text, signal, now) {
    if (text !== null) this.fact(key, label, text, signal, now);
    else if (this.facts.has(key)) setHidden(this.facts.get(key).root, true);
  }

  renderTyres(now) {
    const { signals, parts } = this;
    const pressures = TYRES.map(([row, side]) => signals[`tyre_pressure_${row}_${side}_kpa`]);
    const isReported = pressures.some((signal) => typeof signal?.value === 'number');
    setHidden(parts.tyres, !isReported);
    if (!isReported) return;
    this.tyres ??= makeTyres(parts.tyres);
    const isMotorcycle = this.vehicle.brand === 'BMW Motorrad';
    TYRES.forEach(([row, side], index) => {
      const tyre = this.tyres.wheels[index];
      setHidden(tyre.root, isMotorcycle && side === 'right'); // what it tells is of the left ones
      setText(tyre.label, isMotorcycle ? row : `${row} ${side}`);
      const pressure = numeric(signals, `tyre_pressure_${row}_${side}_kpa`);
      const target = numeric(signals, `tyre_pressure_target_${row}_${side}_kpa`);
      const temperature = numeric(signals, `tyre_temperature_${row}_${side}_c`);
      setText(tyre.value, pressure === null ? NOT_REPORTED : `${number(pressure / 100, 1)} bar`);
      tyre.value.dataset.reported = String(pressure !== null);
      setText(tyre.temperature, temperature === null ? '' : `${number(temperature)} °C`);
      setText(tyre.note, target === null ? '' : `should be ${number(target / 100, 1)}`);
      tyre.root.dataset.warn = String(pressure !== null && target !== null && pressure < target - LOW_BY_KPA);
    });
    showAge(this.tyres.age, newestOf(signals, TYRES.map(([row, side]) => `tyre_pressure_${row}_${side}_kpa`)), now);
  }

  get mayWarn() {
    return 'check_control_messages' in this.signals || 'fault_codes' in this.signals;
  }

  renderAll(now) {
    const names = Object.keys(this.signals).sort();
    setText(this.parts.count, String(names.length));
    if (!this.parts.all.open) return;
    if (!this.body) {
      const table = element('table');
      const head = table.createTHead().insertRow();
      for (const title of ['Signal', 'Value', 'Measured']) {
        const cell = element('th', '', title);
        cell.scope = 'col';
        head.append(cell);
      }
      this.body = table.createTBody();
      this.parts.table.append(table);
    }
    for (const [name, row] of this.rows) {
      if (name in this.signals) continue;
      row.remove();
      this.rows.delete(name);
    }
    for (const [index, name] of names.entries()) {
      const row = this.rows.get(name) ?? this.addRow(name, index);
      const signal = this.signals[name];
      const sign = signal.quality === 'approximate' ? '≈ ' : '';
      const rest = signal.not_understood === null ? '' : ` (since then “${signal.not_understood}”, not understood)`;
      setText(row.cells[1], (isPresent(signal) ? '' : 'was ') + sign + plain(signal) + rest);
      row.cells[1].dataset.reported = String(signal.value !== null);
      setText(row.cells[2], age(now - Date.parse(signal.measured_at)));
      row.title = `${signal.descriptor} · ${signal.source} · ${signal.quality.replaceAll('_', ' ')} · ${signal.measured_at}`;
    }
  }

  addRow(name, index) {
    const row = this.body.insertRow(index);
    const title = element('th');
    title.scope = 'row';
    for (const part of name.split(/(?<=_)/)) title.append(part, element('wbr'));
    row.append(title, element('td'), element('td', 'age'));
    this.rows.set(name, row);
    return row;
  }
}

function sinceMinutes(signal, now) {
  return Math.max(0, now - Date.parse(signal.measured_at)) / 60_000;
}

function newestOf(signals, names) {
  return names.map((name) => signals[name]).filter(Boolean).sort((a, b) => (a.measured_at < b.measured_at ? 1 : -1))[0];
}

function capital(text) {
  return text[0].toUpperCase() + text.slice(1);
}

function showAge(node, signal, now) {
  if (!signal) {
    setText(node, '');
    node.removeAttribute('title');
    return;
  }
  const at = Date.parse(signal.measured_at);
  setText(node, age(now - at));
  node.dataset.old = String(now - at > OLD);
  const title = new Date(at).toLocaleString();
  if (node.title !== title) node.title = title;
}

function makeLevel(kind, title) {
  const level = {
    root: element('div', 'level'),
    title: element('p', 'label', title),
    value: element('span', 'big'),
    unit: element('span', 'unit'),
    age: element('span', 'age'),
    range: element('span', 'range'),
    rangeWord: element('span', 'label'),
    rangeAge: element('span', 'age'),
    bar: element('div', 'bar'),
    fill: element('div', 'fill'),
    target: element('div', 'target'),
  };
  level.root.dataset.kind = kind;
  level.bar.setAttribute('role', 'meter');
  level.bar.setAttribute('aria-label', title);
  level.bar.setAttribute('aria-valuemin', '0');
  level.bar.setAttribute('aria-valuemax', '100');
  level.target.title = 'Charging stops here';
  level.bar.append(level.fill, level.target);
  const left = element('div');
  const value = element('p', 'value');
  value.append(level.value, level.unit);
  left.append(level.title, value, level.age);
  const right = element('div', 'right');
  right.append(level.rangeWord, level.range, level.rangeAge);
  const line = element('div', 'level-line');
  line.append(left, right);
  level.root.append(line, level.bar);
  return level;
}

function makeFact(label) {
  const root = element('div', 'fact');
  const dd = element('dd');
  const value = element('span', 'fact-value');
  const note = element('span', 'note');
  const measured = element('span', 'age');
  dd.append(value, note, measured);
  root.append(element('dt', 'label', label), dd);
  return { root, value, note, age: measured, link: null };
}

function makeTyres(parent) {
  const head = element('h3', 'label', 'Tyres');
  const measured = element('span', 'age');
  const grid = element('div', 'wheels');
  const wheels = TYRES.map(() => {
    const root = element('p', 'wheel');
    const value = element('span', 'fact-value');
    const temperature = element('span', 'note');
    const note = element('span', 'note target-note');
    const label = element('span', 'label');
    root.append(label, value, temperature, note);
    grid.append(root);
    return { root, label, value, temperature, note };
  });
  const line = element('div', 'tyres-head');
  line.append(head, measured);
  parent.append(line, grid);
  return { wheels, age: measured };
}
