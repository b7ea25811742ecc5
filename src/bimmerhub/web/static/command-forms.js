// The forms of commands that need more than a button: a destination, a message, the charging profile and settings.
// Each calls `send` with the rest of the command's body; nothing is sent but by its button.

import { DAYS, allDepartures, profileChange, settingsChange, timerTitle } from './profile-words.js';
import { element } from './card.js';

// The destination is a link to a map or coordinates; the hub reads either.
export function makePlaceForm(send) {
  const place = input('text', { required: true, maxLength: 2000, placeholder: '48.137, 11.575 or a link to a map' });
  const name = input('text', { maxLength: 255, placeholder: 'as it shall be called in the car' });
  return makeForm([labelled('Place', place), labelled('Name', name)], () => {
    const called = name.value.trim();
    send({ place: place.value.trim(), ...(called === '' ? {} : { name: called }) });
  });
}

export function makeMessageForm(send) {
  const subject = input('text', { required: true, maxLength: 255 });
  const text = element('textarea');
  Object.assign(text, { required: true, maxLength: 255, rows: 3 });
  return makeForm([labelled('Subject', subject), labelled('Text', text)], () => send({ subject: subject.value, text: text.value }));
}

// The profile as BMW told it last; `say` takes a sentence when there is nothing to change.
export function makeProfileForm(profile, send, say) {
  const start = select({ IMMEDIATE_CHARGING: 'At once when plugged in', DELAYED_CHARGING: 'Delayed, for the departures' }, profile.charging_start);
  const preference = select({ NO_PRESELECTION: 'At any time', CHARGING_WINDOW: 'In the charging window' }, profile.charging_preference);
  const climate = checkbox(profile.is_climate_enabled);
  const window = makeWindow(profile.window);
  const isWeekly = profile.shape === 'weekly';
  const departures = allDepartures(profile).map((departure) => makeDeparture(departure, isWeekly));
  const rows = [
    labelled('Charging begins', start), labelled('It charges', preference), ...window.rows,
    ticked('Heat or cool it to depart', climate), ...departures.map(({ root }) => root),
    element('p', 'note', `Times are the car's own. As BMW told them ${new Date(profile.fetched_at).toLocaleString()}.`),
  ];
  return makeForm(rows, () => {
    const wanted = {
      charging_start: start.value, charging_preference: preference.value, is_climate_enabled: climateOf(profile, climate),
      window: window.read(), departures: departures.map(({ read }) => read()),
    };
    const change = profileChange(profile, wanted);
    if (change === null) say('Nothing is changed: it is so already.');
    else send({ profile: change });
  });
}

// The charge target and the limit of the current, as BMW told them last; a car without a list of limits shows none.
export function makeSettingsForm({ settings, fetched_at: fetchedAt }, send, say) {
  const target = input('number', { min: 20, max: 100, step: 5, value: settings.target_percent ?? '' });
  const limits = Object.fromEntries(settings.ac_limits_a.map((limit) => [limit, `${limit} A`]));
  const limit = select(limits, settings.ac_limit_a === null ? null : String(settings.ac_limit_a));
  const rows = [
    labelled('Charge target in %', target), ...(settings.ac_limits_a.length > 0 ? [labelled('Limit of the current (AC)', limit)] : []),
    element('p', 'note', `As BMW told them ${new Date(fetchedAt).toLocaleString()}.`),
  ];
  return makeForm(rows, () => {
    const change = settingsChange(settings, { target_percent: target.value, ac_limit_a: limit.value });
    if (change === null) say('Nothing is changed: it is so already.');
    else send({ settings: change });
  });
}

// What BMW did not tell stays untold unless it was ticked.
function climateOf(profile, box) {
  return profile.is_climate_enabled === null && !box.checked ? null : box.checked;
}

function makeWindow(window) {
  if (window === null) return { rows: [], read: () => null };
  const begin = time(window.begin);
  const end = time(window.end);
  const isOn = window.is_enabled === null ? null : checkbox(window.is_enabled);
  const line = element('div', 'form-line');
  line.append(begin, element('span', '', 'to'), end);
  begin.setAttribute('aria-label', 'Charging window begins');
  end.setAttribute('aria-label', 'Charging window ends');
  if (isOn !== null) line.append(ticked('on', isOn));
  return {
    rows: [titled('Charging window', line)],
    read: () => ({ is_enabled: isOn?.checked, begin: begin.value, end: end.value }),
  };
}

function makeDeparture(departure, isWeekly) {
  const title = timerTitle(departure.timer);
  const isOn = checkbox(departure.is_enabled);
  const at = time(departure.departure);
  at.setAttribute('aria-label', `${title} at`);
  const days = isWeekly ? DAYS.map((day) => ({ day, box: checkbox(departure.weekdays.includes(day)) })) : [];
  const line = element('div', 'form-line');
  line.append(at, ticked('on', isOn));
  const root = titled(title, line);
  if (isWeekly) {
    const chips = element('div', 'form-days');
    for (const { day, box } of days) {
      const chip = ticked(day[0] + day.slice(1, 3).toLowerCase(), box);
      box.setAttribute('aria-label', `${title} on ${day[0]}${day.slice(1).toLowerCase()}`);
      chips.append(chip);
    }
    root.append(chips);
  }
  return {
    root,
    read: () => ({
      timer: departure.timer,
      is_enabled: departure.is_enabled === null && !isOn.checked ? null : isOn.checked,
      departure: at.value,
      ...(isWeekly ? { weekdays: days.filter(({ box }) => box.checked).map(({ day }) => day) } : {}),
    }),
  };
}

function makeForm(rows, submit) {
  const form = element('form', 'command-form');
  const button = element('button', 'retry', 'Send');
  form.append(...rows, button);
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    submit();
  });
  return form;
}

function input(type, properties) {
  return Object.assign(element('input'), { type, autocomplete: 'off', ...properties });
}

function time(value) {
  return input('time', { value: value ?? '' });
}

function checkbox(isOn) {
  return input('checkbox', { checked: isOn === true });
}

function select(words, chosen) {
  const list = element('select');
  const all = chosen === null || chosen in words ? words : { ...words, [chosen]: chosen }; // a word of BMW's that is new
  if (chosen === null) list.append(element('option', '', 'not told'));
  for (const [value, text] of Object.entries(all)) list.append(Object.assign(element('option', '', text), { value }));
  list.value = chosen ?? '';
  if (chosen === null) list.options[0].value = '';
  return list;
}

function labelled(title, field) {
  const label = element('label', 'form-row');
  label.append(element('span', 'label', title), field);
  return label;
}

function titled(title, ...fields) {
  const row = element('div', 'form-row');
  row.setAttribute('role', 'group');
  row.setAttribute('aria-label', title);
  row.append(element('span', 'label', title), ...fields);
  return row;
}

function ticked(text, box) {
  const label = element('label', 'form-tick');
  label.append(box, element('span', '', text));
  return label;
}
