// The hub's backups in a line for each place: how old the newest good one is, or what fails.

import { age, clock } from './words.js';

const PLACES = { first: 'Backups', second: 'Second place' };

// What is to be said: null when none are scheduled.
export function backupLines(backups, now) {
  if (!backups.is_scheduled) return null;
  return backups.places.map((place) => {
    const newest = place.newest_good_at ? `newest ${age(now - Date.parse(place.newest_good_at))}, restored on trial` : 'none yet';
    const text = `${PLACES[place.place]} (${place.where}): ${newest}`;
    if (place.failure) return { text: `${text} · failed: ${place.failure}`, warn: true };
    const next = place.place === 'first' && backups.next_at ? ` · next ${clock(backups.next_at, true)}` : '';
    return { text: `${text}${next}`, warn: false };
  });
}
