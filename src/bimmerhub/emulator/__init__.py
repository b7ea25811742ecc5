"""BMW's cloud on loopback, with simulated cars, written from published and observed facts.

It imports nothing of the SDK and of the hub's domain, so that one misreading of BMW's format cannot pass on both sides.

`app.py` starts and stops it; `cloud.py` and `families.py` list its parts. `cars/` is the truth, in neutral words.
Each service of BMW's has a folder that tells the truth in its own words: `sign_in/` (which the others share),
`customer_portal/`, `cardata/`. `host/` makes it a program on this machine, `faults/` makes it misbehave, `control.py`
is its own API, `lives.py` and `population.py` keep the cars at its time, `captures.py` writes what cars would send.
`owners.py` says what an account is, `accounts_file.py` reads several, `owner_actions.py` does for people what they do
with their cars.

To add a family (another service of BMW's):

1. Make a folder named by the family's id. Its endpoints are classes with `routes()` (`families.Surface`). They read
   the truth from `population.lives[gcid].garage.truth(vin)` and put it into the family's words there and nowhere else.
2. Put its rules that can be changed into `settings.py` of the folder, and name them in `emulator/settings.py`; put its
   faults into `faults.py` of the folder, and name them in `emulator/fault_table.py`. (A new fault of a part that exists
   is one row in its `faults.py`.)
3. Put its host name into `host/as_bmw.py`, what keeps a state into `cloud.py`, and one `ServedFamily` into
   `families.py`.
"""
