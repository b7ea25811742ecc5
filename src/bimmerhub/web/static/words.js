// Values in words: numbers with their unit, ages, and what a group of signals means together. No DOM in here.

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

export const NOT_REPORTED = 'not reported';

const formats = new Map();

export function number(value, digits = 0, least = digits) {
  const key = `${least}-${digits}`;
  if (!formats.has(key)) {
    formats.set(key, new Intl.NumberFormat(undefined, { minimumFractionDigits: least, maximumFractionDigits: digits }));
  }
  return formats.get(key).format(value);
}

// The number of a signal, null when the car has not reported one. Never 0 for "absent".
export function numeric(signals, name) {
  const value = signals[name]?.value;
  return typeof value === 'number' ? value : null;
}

export function flag(signals, name) {
  const value = signals[name]?.value;
  return typeof value === 'boolean' ? value : null;
}

export function word(signals, name) {
  const value = signals[name]?.value;
  return typeof value === 'string' ? value : null;
}

export function age(ms) {
  if (ms < MINUTE) return 'just now';
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} min ago`;
  if (ms < 2 * DAY) return `${Math.floor(ms / HOUR)} h ago`;
  return `${Math.floor(ms / DAY)} days ago`;
}

// When a link tries again, counted down; null when it waits for nothing.
export function nextTry(iso, now) {
  if (!iso) return null;
  const seconds = Math.max(0, Math.round((Date.parse(iso) - now) / 1000));
  return seconds < 100 ? `Next try in ${seconds} s` : `Next try in ${duration(seconds / 60)}`;
}

// A time of day in the browser's zone, of 24 hours as everywhere else, with the day when asked for.
export function clock(iso, hasDay = false) {
  const day = hasDay ? { day: 'numeric', month: 'short' } : {};
  return new Date(iso).toLocaleString(undefined, { ...day, hour: '2-digit', minute: '2-digit', hourCycle: 'h23' });
}

const INSTANT = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)$/;

export function duration(minutes) {
  const whole = Math.round(minutes);
  if (whole < 60) return `${whole} min`;
  return whole % 60 ? `${Math.floor(whole / 60)} h ${whole % 60} min` : `${whole / 60} h`;
}

export function distance(km) {
  return `${number(km)}\u00a0km`;
}

export function plain(signal) {
  const { value, unit } = signal;
  if (value === null) return NOT_REPORTED;
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'string') return INSTANT.test(value) ? clock(value, true) : value.replaceAll('_', ' ');
  const digits = unit === 'deg' ? 5 : Math.abs(value) < 100 ? 2 : 1;
  return unit ? `${number(value, digits, 0)} ${unit}` : number(value, digits, 0);
}

const RECENT = 30 * MINUTE; // a car that is on says something every few minutes

function isRecent(signal, now) {
  return signal !== undefined && now - Date.parse(signal.measured_at) < RECENT;
}

// Whether what a signal says may be told as present. The hub judges that: it knows how often this car speaks.
export function isPresent(signal) {
  return signal !== undefined && signal.freshness !== 'stale';
}

function since(signal, now) {
  return age(now - Date.parse(signal.measured_at));
}

// What the car is doing, in a word; `kind` colours the badge. BMW may never send the end of a charge or a drive, so an
// unplugged cable and silence count too.
export function activity(signals, now) {
  const isPluggedIn = flag(signals, 'is_plugged_in');
  const isCharging = flag(signals, 'is_charging') && isPluggedIn !== false;
  if (isCharging && isPresent(signals.is_charging)) return { kind: 'charging', text: 'Charging' };
  for (const name of ['is_moving', 'is_ignition_on', 'is_engine_running']) {
    const text = name === 'is_moving' ? 'Driving' : 'Switched on';
    if (flag(signals, name) && isPresent(signals[name]) && isRecent(signals[name], now)) return { kind: 'driving', text };
  }
  if (isCharging) return { kind: 'parked', text: `Was charging ${since(signals.is_charging, now)}` };
  if (isPluggedIn && isPresent(signals.is_plugged_in)) return { kind: 'plugged', text: plugged(word(signals, 'charging_status')) };
  if (isPluggedIn) return { kind: 'parked', text: `Was plugged in ${since(signals.is_plugged_in, now)}` };
  if (flag(signals, 'is_moving')) return { kind: 'parked', text: `Was driving ${since(signals.is_moving, now)}` };
  if (flag(signals, 'is_moving') !== null || word(signals, 'lock_state')) return { kind: 'parked', text: 'Parked' };
  return { kind: 'unknown', text: 'State not reported' };
}

function plugged(status) {
  const words = { finished: 'Charged', waiting: 'Waiting to charge', paused: 'Charging paused', error: 'Charging error', starting: 'Starting to charge' };
  return words[status] ?? 'Plugged in';
}

const SIDES = ['driver', 'passenger'];
const OPENINGS = [
  ...SIDES.map((side) => [`is_door_front_${side}_open`, `${side}’s door`]),
  ...SIDES.map((side) => [`is_door_rear_${side}_open`, `rear door, ${side}’s side`]),
  ['is_trunk_open', 'tailgate'],
  ['is_trunk_window_open', 'tailgate window'],
  ['is_hood_open', 'bonnet'],
  ...SIDES.map((side) => [`window_front_${side}`, `${side}’s window`]),
  ...SIDES.map((side) => [`window_rear_${side}`, `rear window, ${side}’s side`]),
  ['sunroof_state', 'sunroof'],
  ['convertible_roof_state', 'roof'],
];

const OPENNESS = { open: 'open', partly_open: 'ajar', tilted: 'tilted' };

// Everything that is open, as words; and which of the signals were there at all.
export function openings(signals) {
  const open = [];
  const names = [];
  for (const [name, title] of OPENINGS) {
    const value = signals[name]?.value ?? null;
    if (value === null) continue;
    names.push(name);
    if (value === true) open.push(`${title} open`);
    else if (OPENNESS[value]) open.push(`${title} ${OPENNESS[value]}`);
  }
  return { open, names };
}

const LOCKS = { locked: 'Locked', secured: 'Locked', partly_locked: 'Partly locked', unlocked: 'Unlocked' };

export function lock(signals) {
  const state = word(signals, 'lock_state');
  return state === null ? null : (LOCKS[state] ?? state);
}

const COMPASS = ['north', 'north-east', 'east', 'south-east', 'south', 'south-west', 'west', 'north-west'];

export function heading(degrees) {
  return COMPASS[Math.round((((degrees % 360) + 360) % 360) / 45) % 8];
}

function month(date) {
  return new Date(`${date}T12:00:00`).toLocaleDateString(undefined, { month: 'short', year: 'numeric' }).replace(' ', '\u00a0');
}

// When something is due that BMW dates by month: "due since Nov 2026" once it is, else "by Nov 2027".
function dueBy(date, isDue, now) {
  const today = new Date(now);
  const thisMonth = `${today.getFullYear()}-${String(today.getMonth() + 1).padStart(2, '0')}`;
  const isPast = date.slice(0, 7) < thisMonth;
  if (isPast || (isDue && date.slice(0, 7) === thisMonth)) return { isDue: true, text: `due since ${month(date)}` };
  return { isDue, text: `${isDue ? 'due, ' : ''}by ${month(date)}` };
}

// What the car says of its service; null when it says nothing. `isDue` counts items that are not OK, and what is late.
export function service(signals, now) {
  const items = numeric(signals, 'services_due') ?? 0;
  const date = word(signals, 'next_service_on');
  const km = numeric(signals, 'distance_to_service_km');
  const byDate = date === null ? { isDue: items > 0, text: items > 0 ? 'due' : null } : dueBy(date, items > 0, now);
  const count = items > 1 ? `${number(items)} items ` : '';
  const byDistance = km === null ? null : km < 0 ? `overdue by ${distance(-km)}` : `in ${distance(km)}`;
  const isLate = km !== null && km < 0;
  const parts = [byDate.text === null ? null : count + byDate.text, byDistance];
  if (!byDate.isDue) parts.reverse();
  const text = parts.filter(Boolean).join(', ');
  return text ? { isDue: byDate.isDue || isLate, text: text[0].toUpperCase() + text.slice(1) } : null;
}

// The legal inspection; null when the car names no date.
export function inspection(signals, now) {
  const date = word(signals, 'next_inspection_on');
  if (date === null) return null;
  const { isDue, text } = dueBy(date, false, now);
  return { isDue, text: text[0].toUpperCase() + text.slice(1) };
}

const WEAK = ['limited', 'inadequate', 'degraded'];

// The 12 V battery: level, voltage and what the car thinks of it; null when it says nothing. `isWeak` wants a look.
export function starterBattery(signals) {
  const percent = numeric(signals, 'starter_battery_percent');
  const volts = numeric(signals, 'starter_battery_v');
  const condition = word(signals, 'starter_battery_condition');
  const isWeak = WEAK.includes(condition);
  const isLow = flag(signals, 'is_starter_battery_low') === true;
  const parts = [
    percent === null ? null : `${number(percent)} %`,
    volts === null ? null : `${number(volts, 1)} V`,
    isWeak || (condition !== null && percent === null && volts === null) ? condition : null,
    isLow ? 'wants to be charged' : null,
  ].filter(Boolean);
  return parts.length ? { isWeak: isWeak || isLow, text: parts.join(' · ') } : null;
}

// The brand of a car. BMW_I is how the older interfaces call that of an i3 or i8, whose model says the i already.
const BRANDS = { BMW_I: 'BMW', ROLLS_ROYCE: 'Rolls-Royce', TOYOTA: 'Toyota' };

export function brandWords(brand) {
  return BRANDS[brand] ?? brand;
}
