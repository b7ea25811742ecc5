// Commands to cars in words. No DOM in here.

export const COMMAND_TITLES = {
  lock: 'Lock', unlock: 'Unlock', lights: 'Flash lights', horn: 'Blow horn', 'climate-start': 'Start climate',
  'climate-stop': 'Stop climate', 'charge-now': 'Charge now', find: 'Find',
};

const EFFECTS = {
  lock: 'Its doors are locked.',
  unlock: 'It can be opened by anybody beside it, wherever it stands.',
  lights: 'Its lights flash.',
  horn: 'It blows its horn, wherever it stands.',
  'climate-start': 'It heats or cools to the temperature that was last set in it.',
  'climate-stop': 'Heating or cooling ends.',
  'charge-now': 'It begins to charge, if a plug is in.',
  find: 'It reports where it is.',
};

const STATES = {
  sending: 'sending', initiated: 'taken by BMW', pending: 'on its way', delivered: 'delivered to the car', executed: 'done',
  not_executed: 'not done', timed_out: 'no answer of the car in time', superseded: 'a newer command took its place',
  unknown: 'unknown: it may be done, look before you repeat it',
};

// What a person is asked before a command is sent.
export function commandQuestion(command, title) {
  return `${COMMAND_TITLES[command] ?? command}: ${title}? ${EFFECTS[command] ?? ''}`.trim();
}

// One line for each state of a command's life, oldest first.
export function lifeLines(command) {
  const title = COMMAND_TITLES[command.command] ?? command.command;
  return command.steps.map(({ state, at, reason }) => {
    const line = `${new Date(at).toLocaleTimeString()} ${title}: ${STATES[state] ?? state}`;
    return reason ? `${line} (${reason})` : line;
  });
}
