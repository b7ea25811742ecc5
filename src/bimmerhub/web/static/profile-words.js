// A charging profile as a form shows it and sends its change. No DOM in here.

export const DAYS = ['MONDAY', 'TUESDAY', 'WEDNESDAY', 'THURSDAY', 'FRIDAY', 'SATURDAY', 'SUNDAY'];

const TIMERS = { timer_1: 'Departure 1', timer_2: 'Departure 2', timer_3: 'Departure 3', override_timer: 'Once' };

const OF_SHAPE = { weekly: ['timer_1', 'timer_2', 'timer_3', 'override_timer'], two_timers: ['timer_1', 'timer_2'] };

// The departures that a profile of this shape can have; those that BMW did not tell are empty.
export function allDepartures(profile) {
  return (OF_SHAPE[profile.shape] ?? []).map((timer) => departureOf(profile, timer));
}

function departureOf(profile, timer) {
  return profile.departures.find((departure) => departure.timer === timer) ?? { timer, is_enabled: null, departure: null, weekdays: [] };
}

export function timerTitle(timer) {
  return TIMERS[timer] ?? timer;
}

// The members that differ, as the command takes them; null when nothing does. Both have the members of the profile's
// address; an empty time is one that was not entered.
export function profileChange(profile, wanted) {
  const change = differing(profile, wanted, ['charging_start', 'charging_preference', 'is_climate_enabled']);
  const window = differing(profile.window ?? {}, wanted.window ?? {}, ['is_enabled', 'begin', 'end']);
  if ('begin' in window || 'end' in window) Object.assign(window, { begin: wanted.window.begin, end: wanted.window.end });
  if (Object.keys(window).length > 0) change.window = window;
  const departures = wanted.departures.map((departure) => {
    const before = departureOf(profile, departure.timer);
    const part = differing(before, departure, ['is_enabled', 'departure']);
    if (departure.weekdays && String(inOrder(departure.weekdays)) !== String(inOrder(before.weekdays))) part.weekdays = departure.weekdays;
    return Object.keys(part).length > 0 ? { timer: departure.timer, ...part } : null;
  }).filter(Boolean);
  if (departures.length > 0) change.departures = departures;
  return Object.keys(change).length > 0 ? change : null;
}

// The charging settings that differ, as the command takes them; null when nothing does. `wanted` has texts of a form.
export function settingsChange(settings, wanted) {
  const numbers = Object.fromEntries(Object.entries(wanted).map(([name, text]) => [name, text === '' ? null : Number(text)]));
  const change = differing(settings, numbers, ['target_percent', 'ac_limit_a']);
  return Object.keys(change).length > 0 ? change : null;
}

function differing(before, after, members) {
  return Object.fromEntries(members.filter((name) => isGiven(after[name]) && after[name] !== before[name]).map((name) => [name, after[name]]));
}

function isGiven(value) {
  return value !== undefined && value !== null && value !== '';
}

function inOrder(days) {
  return DAYS.filter((day) => days.includes(day));
}
