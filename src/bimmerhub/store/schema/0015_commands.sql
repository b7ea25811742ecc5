-- Commands to cars. A command is here, in the state 'sending', before anything is sent.
CREATE TABLE commands (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  vin TEXT NOT NULL,
  account TEXT NOT NULL,
  kind TEXT NOT NULL,
  details TEXT NOT NULL,
  is_ended INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX commands_of_vehicle ON commands (vin, id);
CREATE INDEX commands_under_way ON commands (id) WHERE NOT is_ended;

-- The states of a command's life, in order of id.
CREATE TABLE command_steps (
  id INTEGER PRIMARY KEY,
  command_id INTEGER NOT NULL,
  state TEXT NOT NULL,
  at_ms INTEGER NOT NULL,
  word TEXT,
  event_id TEXT,
  reason TEXT,
  code TEXT,
  UNIQUE (command_id, state)
);

-- Who asked for what that touches a car or the hub's protection. Rows are only added; subject is a VIN or NULL.
CREATE TABLE audit (
  id INTEGER PRIMARY KEY AUTOINCREMENT,
  at_ms INTEGER NOT NULL,
  who TEXT NOT NULL,
  from_where TEXT,
  action TEXT NOT NULL,
  subject TEXT,
  body TEXT NOT NULL
);

-- When a person allowed commands that open the vehicle; NULL: they are refused.
ALTER TABLE vehicles ADD COLUMN opening_allowed_at_ms INTEGER;
