// What BMW's older interfaces tell of a car besides its state, in words. No DOM in here.

import { clock, number } from './words.js';

// Each part: its title, its address below the vehicle, and the lines that say what is stored.
export const PARTS = {
  'charging-profile': { title: 'Charging profile', path: 'charging-profile', lines: profileLines },
  'bmw-trips': { title: 'Trips as BMW recorded them', path: 'bmw-trips?limit=10', lines: tripLines },
  'bmw-charges': { title: 'Charging as BMW recorded it', path: 'bmw-charges?limit=10', lines: chargeLines },
  recalls: { title: 'Recalls', path: 'recalls', lines: (answer) => serviceJsonLines(answer, 'recalls') },
  'service-demands': { title: 'Service demands', path: 'service-demands', lines: (answer) => serviceJsonLines(answer, 'demands') },
  destinations: { title: 'Last destinations', path: 'destinations', lines: destinationLines },
  'range-map': { title: 'Range', path: 'range-map', lines: rangeLines },
  specs: { title: 'Technical data', path: 'specs', lines: specLines },
  'booked-services': { title: 'Booked services', path: 'booked-services', lines: serviceLines },
  dealer: { title: 'Dealer', path: 'dealer', lines: dealerLines },
  messages: { title: 'Messages sent to the car', path: 'messages', lines: messageLines },
};

// The lines of one part; where there is nothing, one that says so, or why.
export function partLines(what, stored) {
  if (stored.notice) return [stored.notice];
  const lines = PARTS[what].lines(stored);
  return lines.length > 0 ? lines : [stored.fetched_at ? 'none' : 'not asked for yet'];
}

function profileLines(profile) {
  const words = [profile.charging_start, profile.charging_preference].filter(Boolean).map((word) => word.replaceAll('_', ' ').toLowerCase());
  if (profile.is_climate_enabled !== null) words.push(`climate ${profile.is_climate_enabled ? 'on' : 'off'}`);
  if (profile.window) words.push(`window ${profile.window.begin ?? '?'} to ${profile.window.end ?? '?'}`);
  const isWeekly = profile.shape === 'weekly';
  return [words.join(', '), ...profile.departures.map((departure) => departureLine(departure, isWeekly))].filter(Boolean);
}

function departureLine(departure, isWeekly) {
  const days = departure.weekdays.map((day) => day.slice(0, 1) + day.slice(1, 3).toLowerCase()).join(', ') || (isWeekly ? 'no day' : 'every day');
  const isOff = departure.is_enabled === false ? ' (off)' : '';
  return `${departure.timer.replace('_', ' ')}: ${departure.departure ?? '-'}, ${days}${isOff}`;
}

function specLines(page) {
  return page.items.map(({ key, name, value, unit }) => `${name ?? key}: ${[typeof value === 'number' ? number(value, 1, 0) : value, unit].filter(Boolean).join(' ')}`);
}

function serviceLines(page) {
  return page.items.map(({ name, status }) => [name, status?.toLowerCase()].filter(Boolean).join(': '));
}

function dealerLines(dealer) {
  const town = [dealer.postal_code, dealer.city].filter(Boolean).join(' ');
  return [dealer.name, dealer.street, town, dealer.country, dealer.phone].filter(Boolean);
}

function messageLines(page) {
  return page.items.map(({ subject, text, sent_at: at }) => [at?.endsWith('Z') ? `${clock(at, true)}:` : at, [subject, text].filter(Boolean).join(' - ')].filter(Boolean).join(' '));
}

function tripLines(page) {
  const trips = page.items.map((trip) => {
    const words = [`${clock(trip.ended_at, true)}:`, trip.distance_km === null ? '' : `${number(trip.distance_km, 1)} km`];
    if (trip.duration_min !== null) words.push(`in ${number(trip.duration_min)} min`);
    if (trip.electric_consumption_kwh_per_100km !== null) words.push(`at ${number(trip.electric_consumption_kwh_per_100km, 1)} kWh/100 km`);
    return words.filter(Boolean).join(' ');
  });
  const figures = (page.all_trips?.figures ?? []).filter((figure) => figure.own !== null).map((figure) => {
    const others = figure.community_average === null ? '' : `; others ${number(figure.community_average, 1)}`;
    return `All trips, ${figure.figure.replaceAll('_', ' ')}: ${number(figure.own, 1)} ${figure.unit}${others}`;
  });
  const portal = page.portal_figures.flatMap(portalLines);
  return [...trips, ...figures, ...portal];
}

function chargeLines(page) {
  const sessions = page.items.map((charge) => [charge.started_at ? `${clock(charge.started_at, true)}:` : charge.title, charge.energy, charge.subtitle].filter(Boolean).join(' '));
  const months = page.months.filter((month) => month.energy_kwh !== null).map((month) => `${month.month}: ${number(month.energy_kwh)} kWh in ${counted(month.sessions ?? 0, 'sessions')}`);
  return [...months, ...sessions];
}

// BMW's JSON in a shape that nobody described: how many entries there are, then the JSON itself.
function serviceJsonLines({ entries, answer }, what) {
  return [entries === null ? '' : counted(entries, what), entries === 0 ? '' : JSON.stringify(answer)].filter(Boolean);
}

// So many of something; `what` is its plural, which ends with an s.
function counted(count, what) {
  return `${number(count)} ${count === 1 ? what.slice(0, -1) : what}`;
}

const PORTAL_UNITS = { KM: 'km', LITER: 'l', KWH_PER_100KM: 'kWh/100 km', L_PER_100KM: 'l/100 km', NONE: '' };

function portalLines({ name, unit, last_trip: lastTrip, life_time: lifeTime }) {
  const values = [['last trip', lastTrip], ['life time', lifeTime]].filter(([, value]) => value !== null);
  return values.map(([of, value]) => `${name ?? '-'}, ${of}: ${value} ${PORTAL_UNITS[unit] ?? unit ?? ''}`.trim());
}

function destinationLines(page) {
  return page.items.map((place) => [place.street, place.city, place.country].filter(Boolean).join(', ') || `${place.latitude_deg}, ${place.longitude_deg}`);
}

function rangeLines(map) {
  const areas = map.features.filter((feature) => feature.geometry.type === 'Polygon');
  const car = map.features.find((feature) => feature.geometry.type === 'Point');
  if (!car) return areas.map((area) => `${area.properties.mode ?? 'area'}: the car's place is not known`);
  return areas.map((area) => {
    const distances = area.geometry.coordinates[0].map((corner) => kilometres(car.geometry.coordinates, corner));
    const mode = (area.properties.mode ?? 'area').replaceAll('_', ' ').toLowerCase();
    return `${mode}: ${number(Math.min(...distances))} to ${number(Math.max(...distances))} km as the crow flies`;
  });
}

const EARTH_KM = 6371;

// The distance of two places, each longitude and latitude in degrees.
function kilometres(one, other) {
  const [west, south, east, north] = [...one, ...other].map((degrees) => (degrees * Math.PI) / 180);
  const half = Math.sin((north - south) / 2) ** 2 + Math.cos(south) * Math.cos(north) * Math.sin((east - west) / 2) ** 2;
  return 2 * EARTH_KM * Math.asin(Math.sqrt(Math.min(1, half)));
}
