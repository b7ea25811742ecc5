// What BMW sends of a car, and what was set apart of it, in words: from coverage, quarantine and judgements. No DOM in here.

import { age, clock, number } from './words.js';

// What a verdict means to the owner; the first three are what somebody can do something about.
const VERDICTS = [
  ['stopped', 'stopped coming', true],
  ['not ticked', 'not ticked in BMW’s portal', true],
  ['stream down', 'waiting for the stream', true],
  ['arriving', 'came within the last day', false],
  ['quiet', 'quiet, as at other times', false],
  ['not seen yet', 'not seen by stream yet', false],
  ['REST only', 'by REST only', false],
  ['never sent', 'never sent so far', false],
  ['not applicable', 'not sent by cars like this', false],
];

function hasCome(item) {
  return ['arriving', 'quiet'].includes(item.verdict) || isMissing(item);
}

function isMissing(item) {
  return ['stopped', 'not ticked'].includes(item.verdict) || (item.verdict === 'stream down' && item.ticked !== 'unknown');
}

// How many of the keys that the car streams arrive: "31 of 33" (an account without the stream: none), and whether some are missing.
export function coverageCount(items) {
  const streamed = items.filter(hasCome);
  const missing = streamed.filter(isMissing).length;
  if (!streamed.length) return { text: 'none by stream', isMissing: false };
  return { text: `${number(streamed.length - missing)} of ${number(streamed.length)}`, isMissing: missing > 0 };
}

// The keys by verdict: a line each, with its keys, their title and when the stream last brought them.
export function coverageGroups(items, now) {
  return VERDICTS.map(([verdict, words, isBad]) => {
    const keys = items.filter((item) => item.verdict === verdict).map((item) => ({
      title: item.title ?? item.descriptor,
      descriptor: item.descriptor,
      note: item.last_streamed_at === null ? '' : age(now - Date.parse(item.last_streamed_at)),
      why: [item.why, item.known].filter(Boolean).join('; '),
    }));
    return { text: `${number(keys.length)} ${words}`, isMissing: isBad && items.some((item) => item.verdict === verdict && isMissing(item)), keys };
  }).filter((group) => group.keys.length > 0);
}

// What was set apart of a car: by the hub, a line a key; then what a person said, newest first. `titles` names the keys.
export function apartLines(refused, judgements, titles) {
  return [...refusedLines(refused, titles), ...judgementLines(judgements, titles)];
}

const BY_A_PERSON = /^rejected by /;

function refusedLines(refused, titles) {
  const byKey = grouped(refused.filter((one) => !BY_A_PERSON.test(one.reason)), (one) => one.descriptor);
  return byKey.map((ones) => ({
    text: `${nameOf(ones[0].descriptor, titles)}: ${count(ones.length, 'reading')} not believed`,
    note: `${clock(ones[0].reading.measured_at, true)}: ${ones[0].reason}`,
    holds: ones.length,
  }));
}

// One word of a person about a signal is a judgement for each of its keys.
function judgementLines(judgements, titles) {
  const said = (one) => [one.judgement, one.from, one.until, one.made_at, one.undone_at].join();
  return grouped([...judgements].reverse(), said).map((ones) => {
    const first = ones.at(-1);
    const rest = ones.length > 1 ? ` and ${count(ones.length - 1, 'key')} more` : '';
    const until = first.until === first.from ? '' : ` to ${clock(first.until, true)}`;
    const undone = first.undone_at === null ? '' : `, taken back ${clock(first.undone_at, true)}`;
    return {
      text: `${nameOf(first.descriptor, titles)}${rest}: ${first.judgement}, of ${clock(first.from, true)}${until}`,
      note: `by ${first.made_by}, ${clock(first.made_at, true)}${undone}`,
      holds: first.undone_at === null ? 1 : 0,
    };
  });
}

function grouped(items, key) {
  const groups = new Map();
  for (const item of items) groups.set(key(item), [...(groups.get(key(item)) ?? []), item]);
  return [...groups.values()];
}

function count(many, what) {
  return `${number(many)} ${what}${many === 1 ? '' : 's'}`;
}

function nameOf(descriptor, titles) {
  return titles[descriptor] ?? descriptor;
}
