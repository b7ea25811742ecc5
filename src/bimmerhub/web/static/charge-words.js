// A charging session in words: when, from which level to which, how much, why it ended. What is estimated has a ~.
// No DOM in here.

import { clock, number } from './words.js';

export const CHARGES_SHOWN = 8;

const ENDS = {
  target_reached: 'target reached',
  full: 'full',
  unplugged: 'unplugged',
  interrupted: 'interrupted',
  failed: 'failed',
  stopped: 'stopped',
};

// `{ text, note }` of a charging session of the API.
export function chargeLine(session) {
  const began = session.plugged_at ?? session.started_at;
  const isCharging = session.started_at !== null && session.ended_at === null;
  const until = isCharging ? 'charging' : session.unplugged_at === null ? 'plugged in' : `to ${about(session, 'unplugged_at', clock(session.unplugged_at))}`;
  const levels = ['start_soc_percent', 'end_soc_percent'].map((name) => (session[name] === null ? '?' : about(session, name, number(session[name]))));
  const words = [
    session.started_at === null ? 'nothing was charged' : `${levels.join(' to ')} %`,
    energy(session, 'energy_battery_kwh', 'in the battery'),
    energy(session, 'energy_grid_kwh', 'from the grid'),
    session.place,
    session.started_at === null ? null : ENDS[session.end_reason],
  ];
  return { text: `${about(session, session.plugged_at === null ? 'started_at' : 'plugged_at', clock(began, true))} ${until}`, note: words.filter(Boolean).join(' · ') };
}

// What all sessions came to, and over how many of them that is.
export function chargeTotal({ sessions, energy_battery: battery }) {
  return battery.sessions === 0 ? '' : `${number(battery.kwh)} kWh, over ${number(battery.sessions)} of ${number(sessions)}`;
}

function energy(session, name, where) {
  return session[name] === null ? null : `${about(session, name, number(session[name], 1))} kWh ${where}`;
}

function about(session, name, text) {
  return session.how[name] === 'estimated' ? `~${text}` : text;
}
