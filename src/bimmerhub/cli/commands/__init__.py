"""The commands: one module each, which parses, calls and prints. Here is the table of all of them."""

from collections.abc import Mapping

COMMANDS: Mapping[str, tuple[str, str]] = {
    "demo": ("demo", "Show everything with simulated cars, until Ctrl-C."),
    "run": ("run", "Run the hub until Ctrl-C: hold the stream, store everything, serve the page and the API."),
    "login": ("login", "Sign in at BMW: show a link and a code, and wait until you have approved."),
    "accounts": ("accounts", "List the accounts, whether they are signed in, and what their link does."),
    "logout": ("accounts", "Forget an account's tokens; its history stays, and so does the client in BMW's portal."),
    "doctor": ("doctor", "Examine everything that keeps values from arriving, and name the next step."),
    "vehicles": ("vehicles", "List the vehicles: VIN, model, drivetrain and account."),
    "coverage": (
        "coverage",
        "Show whether each descriptor is ticked, when the stream last brought it, how often, and a verdict.",
    ),
    "status": ("status", "Show a vehicle's signals: value, age and descriptor."),
    "watch": ("watch", "Print readings as they arrive, until Ctrl-C."),
    "history": ("history", "Print stored readings of one descriptor or signal, oldest first."),
    "import": ("import_", "Store capture files; the same file twice changes nothing."),
    "quarantine": ("quarantine", "What was not understood or not believed."),
    "quota": ("quota", "Show the REST calls of this UTC day: who spent them on what, and what is to come."),
    "containers": ("containers", "See and change the containers at BMW."),
    "catalogue": ("catalogue", "List BMW's descriptors: key, title, unit, and whether they come by stream."),
    "emulator": ("emulator", "BMW's CarData cloud on this machine, with simulated cars; for developing and tests."),
    "rebuild": (
        "rebuild",
        "Derive daily roll-ups anew from the readings, which stay as they are; the old ones are served meanwhile.",
    ),
    "backup": ("backup", "Write a copy of all history to one file, without tokens and passwords."),
    "restore": ("backup", "Put a backup in place; the hub must not run."),
    "password": ("access", "The password of the page and the API."),
    "tokens": ("access", "API tokens for other programs."),
}
"""Of each command its module here, which has `add_to(app)`, and the first sentence of its help.

A test holds the sentences to the modules. They stand here because `bimmerhub --help` prints all of them: importing
every command for that would take ten times as long as everything else.
"""
