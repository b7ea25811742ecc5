// Commands to cars in words. No DOM in here.

export const COMMAND_TITLES = {
  lock: 'Lock', unlock: 'Unlock', lights: 'Flash lights', horn: 'Blow horn', 'climate-start': 'Start climate',
  'climate-stop': 'Stop climate', 'charge-now': 'Charge now',
  'charge-stop': 'Stop charging', find: 'Find', poi: 'Send destination', message: 'Send message',
  'charging-profile': 'Change charging profile', 'charging-settings': 'Change charging settings',
};

// Those that a form says more about.
export const OF_FORMS = ['poi', 'message', 'charging-profile', 'charging-settings'];

const EFFECTS = {
  lock: 'Its doors are locked.',
  unlock: 'It can be opened by anybody beside it, wherever it stands.',
  lights: 'Its lights flash.',
  horn: 'It blows its horn, wherever it stands.',
  'climate-start': 'It heats or cools to the temperature that was last set in it.',
  'climate-stop': 'Heating or cooling ends.',
  'charge-now': 'It begins to charge, if a plug is in.',
  'charge-stop': 'It stops charging.',
  find: 'It reports where it is.',
  poi: 'The place is sent to its navigation.',
  message: 'The text is shown in it.',
  'charging-profile': 'It leaves and charges as you have set it; what you have not changed stays as the car has it.',
  'charging-settings': 'It charges to the target and with the current that you have set.',
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

// What stands above the buttons: why there are none, or how old the list is that they come from.
export function abilitiesNotice({ notice, listed_at: listedAt, is_current: isCurrent, account }, accounts) {
  if (notice !== null) return isCurrent || listedAt === null ? notice : `${notice} This is BMW's list of ${new Date(listedAt).toLocaleString()}.`;
  const by = accounts > 1 && account ? ` They go by account ${account}.` : '';
  return `Each command is sent once, and shows here what became of it.${by}`;
}
