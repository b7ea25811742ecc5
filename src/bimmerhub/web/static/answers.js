// What BMW answered when it was asked, and what asking again costs, in words. No DOM in here.

import { age, clock, number } from './words.js';

export const TITLES = {
  'basic-data': 'What the car is',
  values: 'Last known values',
  'charging-history': 'Charging history',
  tyres: 'Tyres',
  'charging-settings': 'Charging by place',
  image: 'Picture',
  'last-trip': 'Last trip',
  'all-trips': 'All trips',
  'charging-profile': 'Charging profile',
  destinations: 'Last destinations',
  'range-map': 'Range map',
  efficiency: 'Efficiency',
  navigation: 'Navigation',
  'service-partner': 'Dealer',
  specs: 'Technical data',
  'booked-services': 'Booked services',
  messages: 'Messages',
  'bmw-charges': 'Charging sessions',
  'bmw-trips': 'Trips',
  'charging-statistics': 'Charging of the month',
  'trip-statistics': 'Driving of the month',
  recalls: 'Recalls',
  'service-demands': 'Service demands',
};
const SHOWN = 20;

// What asking for one thing costs, and how old BMW's last answer is.
export function priceWords(price, now) {
  const asked = price.answered_at ? `asked ${age(now - Date.parse(price.answered_at))}` : 'not asked yet';
  const isFresh = Boolean(price.fresh_until) && Date.parse(price.fresh_until) > now; // what is stored is given then
  if (price.remaining === null) return { asked, button: isFresh ? 'Show' : 'Ask', isPossible: true }; // no quota
  const calls = isFresh ? 0 : price.calls;
  const spent = price.may_cost_more && !isFresh ? `${number(calls)} or more` : number(calls);
  return { asked, button: `Ask: ${spent} of ${number(price.remaining)} calls`, isPossible: price.remaining >= calls };
}

// Whether the account has calls to speak of: none without CarData API.
export function mayAsk(account, quota) {
  return quota.used > 0 || !account.missing?.some((missing) => missing.service === 'api');
}

// What was answered: where it came from, and what is left of the day.
export function answerWords(answer) {
  const left = answer.remaining === null ? '' : ` · ${number(answer.remaining)} of ${number(answer.limit)} calls left today`;
  if (answer.served_from === 'store') return `BMW answered this at ${clock(answer.answered_at)}, which is fresh enough${left}`;
  const { new: fresh, repeated } = answer.readings;
  const readings = fresh + repeated ? ` · ${number(fresh)} new values of ${number(fresh + repeated)}` : '';
  return `BMW answered${readings}${left}`;
}

// The lines that say what is stored of an answer.
export function answerLines(what, stored) {
  const items = stored.items ?? [];
  switch (what) {
    case 'basic-data': return Object.entries(stored.fields).map(([name, value]) => `${name}: ${Array.isArray(value) ? value.join(', ') : value}`);
    case 'tyres': return items.map(tyreLine);
    case 'charging-history': return items.slice(0, SHOWN).map(sessionLine);
    case 'charging-settings': return items.map(placeLine);
    default: return [];
  }
}

function tyreLine(tyre) {
  const words = [tyre.dimension, tyre.season?.toLowerCase(), tyre.wear && `wear ${tyre.wear.toLowerCase()}`];
  if (tyre.due_km !== null) words.push(`due at ${number(tyre.due_km)} km`);
  if (tyre.defect && tyre.defect_color !== 'GREEN') words.push(`defect: ${tyre.defect.replaceAll('_', ' ').toLowerCase()}`);
  const where = tyre.set === 'mounted' ? '' : ', in store';
  return `${tyre.wheel.replace('_', ' ')}${where}: ${words.filter(Boolean).join(', ')}`;
}

function sessionLine(session) {
  const [begin, end] = [session.start_soc_percent, session.end_soc_percent].map((level) => (level === null ? '?' : number(level)));
  const words = [`${clock(session.started_at, true)}: ${session.ended_at === null ? `from ${begin} %, under way` : `${begin} to ${end} %`}`];
  if (session.energy_from_grid_kwh !== null) words.push(`${number(session.energy_from_grid_kwh, 1)} kWh`);
  const where = session.providers[0] ?? session.address;
  if (where) words.push(where);
  return words.join(' · ');
}

function placeLine(place) {
  if (place.is_gone) return `${place.id}: BMW does not list it any more`;
  const window = place.windows[0] ?? place.period;
  const words = [place.charging_mode?.replaceAll('_', ' ').toLowerCase(), window && `${window.begin} to ${window.end}`];
  if (place.ac_current_limit_a !== null) words.push(`${number(place.ac_current_limit_a)} A`);
  const where = place.latitude_deg === null ? place.id : `${place.latitude_deg.toFixed(4)}, ${place.longitude_deg?.toFixed(4)}`;
  return `${where}: ${words.filter(Boolean).join(', ')}`;
}
