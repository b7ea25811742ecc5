// The hub's backups in a line for each place: how old the newest good one is, or what fails.

import { age, clock } from './words.js';

const PLACES = { first: 'Backups', second: 'Second place' };

// What is to be said: null when none are scheduled.
export function backupLines(backups, now) {
  if (!backups.is_scheduled) return null;
  return backups.places.map((place) => {
    const newest = place.newest_good_at ? `newest ${age(now - Date.parse(place.newest_good_at))}, restored on trial` : 'none yet';
    const more = place.undeleted ? ` · keeps all, ${place.undeleted} more than the settings do` : '';
    const misdated = place.misdated ? ` · ${place.misdated} with a date that cannot be right: some clock was wrong, or is` : '';
    const text = `${PLACES[place.place]} (${place.where}): ${newest}${more}${misdated}`;
    if (place.failure) return { text: `${text} · failed: ${place.failure}`, warn: true };
    const next = place.place === 'first' && backups.next_at ? ` · next ${clock(backups.next_at, true)}` : '';
    return { text: `${text}${next}`, warn: place.misdated > 0 };
  });
}
