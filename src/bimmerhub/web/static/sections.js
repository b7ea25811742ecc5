// The parts of a card that are closed at first and asked for now and then: trips, charges, warnings, what BMW sends, what
// was set apart.

import { apartLines, coverageCount, coverageGroups } from './arrivals.js';
import { element } from './card.js';
import { chargeLine, chargeTotal } from './charge-words.js';
import { tripLines } from './trip-words.js';
import { clock } from './words.js';

// Check Control messages and fault codes: what is there, then what is gone.
export function showWarnings({ parts }, warnings) {
  const present = warnings.filter((warning) => warning.gone_at === null).length;
  show(parts, 'warnings', { isShown: warnings.length > 0, count: String(present), isBad: present > 0 });
  parts['warnings-items'].replaceChildren(...warnings.map((warning) => {
    const what = warning.title ?? warning.text ?? `Fault code ${warning.code}`;
    const life = [
      `since ${clock(warning.first_seen_at, true)}`,
      warning.came_back_at ? `back ${clock(warning.came_back_at, true)}` : null,
      warning.gone_at ? `gone ${clock(warning.gone_at, true)}` : null,
    ];
    return element('li', '', `${what} · ${life.filter(Boolean).join(', ')}`);
  }));
}

// The trip under way and the last ones, and how many kilometres of the time they explain.
export function showTrips({ parts }, { items, totals }) {
  show(parts, 'trips', { isShown: items.length > 0, count: totals ? totals.coverage : '', isBad: false });
  parts['trips-items'].replaceChildren(...tripLines(items).map(({ text, note }) => {
    const row = element('li', '', text);
    row.append(element('span', 'note', note));
    return row;
  }));
}

// The charge under way and the last ones, and what all of them came to.
export function showCharges({ parts }, { items, totals }) {
  show(parts, 'charges', { isShown: items.length > 0, count: totals ? chargeTotal(totals) : '', isBad: false });
  parts['charges-items'].replaceChildren(...items.map(chargeLine).map(({ text, note }) => {
    const row = element('li', '', text);
    row.append(element('span', 'note', note));
    return row;
  }));
}

// Which keys arrive, and why the others do not. A group that was opened stays so.
export function showCoverage({ parts }, items, now) {
  const { text, isMissing } = coverageCount(items);
  show(parts, 'coverage', { isShown: items.length > 0, count: text, isBad: isMissing });
  const open = new Set([...parts['coverage-groups'].querySelectorAll('details[open]')].map((group) => group.dataset.verdict));
  parts['coverage-groups'].replaceChildren(...coverageGroups(items, now).map((group) => {
    const root = element('details', 'group');
    root.dataset.verdict = group.text.replace(/^\S+ /, '');
    root.dataset.warn = String(group.isMissing);
    root.open = open.has(root.dataset.verdict);
    const list = element('ul', 'scroll lines');
    list.append(...group.keys.map((key) => {
      const row = lineOf(key.title, key.note);
      row.title = `${key.descriptor} · ${key.why}`;
      return row;
    }));
    root.append(element('summary', '', group.text), list);
    return root;
  }));
}

// What the hub did not believe of this car, and what a person said of its readings.
export function showApart({ parts }, refused, judgements, titles) {
  const lines = apartLines(refused, judgements, titles);
  const holding = lines.reduce((sum, line) => sum + line.holds, 0);
  show(parts, 'apart', { isShown: lines.length > 0, count: String(holding), isBad: false });
  parts['apart-items'].replaceChildren(...lines.map(({ text, note }) => {
    const row = element('li', '', text);
    row.append(element('span', 'note', note));
    return row;
  }));
}

function show(parts, name, { isShown, count, isBad }) {
  parts[name].hidden = !isShown;
  parts[name].dataset.warn = String(isBad);
  parts[`${name}-count`].textContent = count;
}

function lineOf(text, note) {
  const row = element('li', 'line-of-key');
  row.append(element('span', '', text), element('span', 'age', note));
  return row;
}
