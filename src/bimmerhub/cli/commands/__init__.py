"""The commands: one module each, which parses, calls and prints, in the folder of its subject. Here is their table."""

from collections.abc import Mapping

COMMANDS: Mapping[str, tuple[str, str]] = {
    "demo": ("servers.demo", "Show everything with simulated cars, until Ctrl-C."),
    "run": ("servers.run", "Run the hub until Ctrl-C: hold the stream, store everything, serve the page and the API."),
    "open": (
        "servers.open_page",
        "Print a link to the hub's page that proves you are its owner; good once, and for an hour.",
    ),
    "login": ("account.login", "Sign in at BMW: by a link and a code that you approve, or by a password."),
    "accounts": (
        "account.accounts",
        "List the accounts, whether they are signed in, which of BMW's services they have, and what their link does.",
    ),
    "retry": (
        "account.retry",
        "Connect to BMW at once instead of waiting for the next try; print what came of it.",
    ),
    "logout": (
        "account.accounts",
        "Forget an account's tokens; its history stays, and so does the client in BMW's portal.",
    ),
    "doctor": ("account.doctor", "Examine everything that keeps values from arriving, and name the next step."),
    "vehicles": ("cars.vehicles", "List the vehicles, show one, put a sold one away, erase one, allow opening it."),
    "coverage": (
        "cars.coverage",
        "Show whether each descriptor is ticked, when the stream last brought it, how often, and a verdict.",
    ),
    "status": ("cars.status", "Show a vehicle's signals: value, age and descriptor."),
    "warnings": (
        "cars.car_warnings",
        "List a vehicle's Check Control messages and fault codes: first seen, came back, gone.",
    ),
    "command": (
        "cars.command",
        "Ask a car to do something, and show what becomes of it: one line for each state, with its time.",
    ),
    "fetch": (
        "bmw.fetch",
        "Ask BMW now for one thing of a car; CarData spends calls kept for you on it.",
    ),
    "call": (
        "bmw.call",
        "Call any operation of any of BMW's interfaces, with sign-in, headers and region filled in.",
    ),
    "basic-data": ("bmw.basic_data", "Show all that BMW's basic data said of a vehicle last."),
    "mappings": ("bmw.mappings", "List how each vehicle is mapped to each account, and since when."),
    "tyres": ("bmw.tyres", "List a vehicle's tyres as BMW's tyre diagnosis told them last."),
    "charging-history": (
        "bmw.charging_history",
        "List a vehicle's charging sessions as BMW recorded them, newest first.",
    ),
    "charging-settings": ("bmw.charging_settings", "List how a vehicle is set to charge at each place."),
    "bmw-trips": (
        "bmw.bmw_trips",
        "List a vehicle's trips as BMW recorded them, and all of them beside those of other owners.",
    ),
    "bmw-charges": (
        "bmw.bmw_charges",
        "List a vehicle's charging sessions as the MyBMW app lists them, newest first.",
    ),
    "image": (
        "bmw.image",
        "Get a picture of a vehicle, from the side that you name: BMW is asked for each once in 30 days.",
    ),
    "recalls": ("bmw.app_service", "Show the recalls of a vehicle, in BMW's JSON."),
    "service-demands": ("bmw.app_service", "Show what of a vehicle is due, in BMW's JSON."),
    "charging-profile": ("bmw.charging_profile", "Show when a vehicle is to leave and to charge, and change it."),
    "destinations": ("bmw.destinations", "List the destinations that were entered last in a vehicle."),
    "range-map": ("bmw.range_map", "Show how far a vehicle gets from where it is; as GeoJSON with --json."),
    "specs": ("bmw.portal", "List a vehicle's technical data: weights, engine, performance."),
    "booked-services": ("bmw.portal", "List the services that are booked for a vehicle, in BMW's words."),
    "dealer": ("bmw.portal", "Show the dealer who looks after a vehicle."),
    "messages": ("bmw.portal", "List the messages that were sent to a vehicle."),
    "garage": (
        "bmw.garage",
        "Ask My Garage, BMW's site for owners in North America: recalls, warranty, dealers, orders.",
    ),
    "inventory": (
        "bmw.inventory",
        "What BMW's and MINI's dealers in the USA have in stock: no account is needed.",
    ),
    "collections": (
        "bmw.http_collections",
        "Write HTTP collections for Postman, Bruno and Thunder Client into a folder.",
    ),
    "spec": (
        "bmw.spec",
        "Descriptions of BMW's interfaces and of the hub's own: OpenAPI, AsyncAPI, JSON Schema, and their index.",
    ),
    "watch": (
        "cars.watch",
        "Print readings as they arrive, until Ctrl-C; with --every, --step or --notify log the charge level instead.",
    ),
    "history": ("cars.history", "Print stored readings of one descriptor or signal, oldest first."),
    "positions": (
        "cars.positions",
        "Print where a vehicle was, oldest first: latitudes and longitudes paired by their own times.",
    ),
    "places": ("cars.places", "Your places, such as home: list them, add one, remove one."),
    "meters": ("cars.places", "The meters at your places: list them, add one, read one, remove one."),
    "charges": (
        "cars.charges",
        "List a vehicle's charging sessions, and show one: why it started late, ran slow or stopped.",
    ),
    "battery": ("cars.battery", "Show what a full battery holds, and how the 12 V battery is."),
    "tyre-pressure": ("cars.tyre_pressure", "Show tyre pressures as if it were 20 °C, and slow leaks."),
    "parking": ("cars.parking", "List where a vehicle stood, and what its battery lost there."),
    "trips": ("cars.trips", "List the trips of a vehicle, show one, and hint at one."),
    "import": ("stored.import_", "Store capture files; the same file twice changes nothing."),
    "quarantine": ("stored.quarantine", "What was not understood or not believed."),
    "readings": ("stored.readings", "Reject stored readings that are not true, and take it back."),
    "quota": (
        "account.quota",
        "Show the REST calls of this UTC day: who spent them on what, and what the hub will still ask for, and why.",
    ),
    "containers": ("account.containers", "See and change the containers at BMW."),
    "provider": (
        "account.provider",
        "For companies: invite owners to consent, read what they consented to, see who withdrew.",
    ),
    "catalogue": ("cars.catalogue", "List BMW's descriptors, and check them against the list that BMW publishes."),
    "emulator": (
        "servers.emulator",
        "BMW's cloud on this machine, with simulated cars; for developing and tests.",
    ),
    "report": (
        "servers.report",
        "Write what a bug report needs to a file that you can read: versions, settings, findings, coverage.",
    ),
    "rebuild": (
        "stored.rebuild",
        "Judge readings by their neighbours anew, then make days, trips and charging sessions of them again.",
    ),
    "retention": ("stored.retention", "How long readings are kept: for ever, unless you limit it."),
    "damage": ("stored.damage", "Whether the database is sound, and what became of its damages."),
    "backup": ("stored.backup", "Write a checked copy of all history to one file, without tokens and passwords."),
    "backups": ("stored.backups", "The backups that the hub makes by itself."),
    "move": (
        "stored.move",
        (
            "Move to another machine: write everything to one encrypted file, sign-ins too, "
            "and use this directory no more."
        ),
    ),
    "restore": (
        "stored.restore",
        "Put a backup in place, of this version or an older one; a running hub is stopped first.",
    ),
    "password": ("servers.access", "The password of the page and the API."),
    "tokens": ("servers.access", "API tokens for other programs."),
    "audit": ("servers.audit", "List who did what, from where, and what came of it; newest first."),
}
"""Of each command its module below this folder, which has `add_to(app)`, and the first sentence of its help.

A test holds the sentences to the modules. They stand here because `bimmerhub --help` prints all of them: importing
every command for that would take ten times as long as everything else.
"""
