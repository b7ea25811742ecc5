// A trip in words: when, how far, how much. What is estimated has a ~. No DOM in here.

import { clock, distance, duration, number } from './words.js';

export const TRIPS_SHOWN = 8;

// `{ text, note }` of a trip of the API.
export function tripLine(trip) {
  const start = `${trip.how.start_at === 'estimated' ? '~' : ''}${clock(trip.start_at, true)}`;
  const end = trip.under_way ? 'under way' : `to ${trip.how.end_at === 'estimated' ? '~' : ''}${clock(trip.end_at)}`;
  const text = `${start} ${end}`;
  const level = trip.start_soc_percent !== null && trip.end_soc_percent !== null
    ? `${number(trip.start_soc_percent)} to ${number(trip.end_soc_percent)} %` : null;
  const words = [
    trip.distance_km === null ? 'distance not told' : distance(trip.distance_km),
    trip.duration_s >= 60 ? duration(trip.duration_s / 60) : null,
    level,
    trip.missing_before_km >= 1 ? `${distance(trip.missing_before_km)} before it are missing` : null,
  ];
  return { text, note: words.filter(Boolean).join(' · ') };
}

// The last trips, the newest first.
export function tripLines(items) {
  return items.slice(0, TRIPS_SHOWN).map(tripLine);
}
