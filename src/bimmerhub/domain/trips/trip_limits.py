"""The limits by which a trip is told from a stop, each with its source."""

from typing import Final

from bimmerhub.times import DAY_MS, HOUR_MS, MINUTE_MS, SECOND_MS

PAUSE_MS: Final = 15 * MINUTE_MS
"""A stop or a silence of up to so long does not end a trip: a fuel stop, a tunnel, a radio hole of ten minutes
(TeslaMate closes a silent drive after 15 minutes; positions of a driving i5 come at most 6 minutes apart)."""

HINT_HOLDS_MS: Final = 4 * HOUR_MS
"""Somebody who says that driving began says when it ends; so long it holds without that (inferred)."""

CONFIRMED_MS: Final = 5 * MINUTE_MS
"""A trip whose end the car has told is shown as over after so long (a peer closes after 300 s of standing still)."""

CARRIED_MS: Final = 4 * HOUR_MS
"""A car on a train or a ferry for up to so long is on one trip (hand-written cases)."""

CARRIED_KM: Final = 5.0
"""How far a car must have been carried, at least: more than it drives before its first position."""

HOLE_KMH: Final = 15.0
"""A silence across which a car came along faster than this on the whole was a hole and no stop: a stop of 45 minutes
and a drive of 10 km make less."""

LEFT_KM: Final = 0.07
"""A parked car that is so far from its place has left it (a peer: within 35 m it stands, from 70 m on it has left)."""

STEP_KM: Final = 0.05
STEP_KMH: Final = 5.0
FASTEST_KMH: Final = 250.0
"""Between two positions a car was driven when they are so far apart, and its speed is one that a car has; as a peer's
step of 50 m, but by speed: a limit on the step alone made 13 trips of 72 km on a motorway."""
STEP_MS: Final = round(STEP_KM / STEP_KMH * HOUR_MS)
"""How long the slowest step takes. Positions that come more often than that are steps together: at one a second, none
is 50 m long."""
STAMP_MS: Final = 1_000
"""The car stamps whole seconds, each half of a position its own."""

DOUBTED_KM: Final = 1.0
"""How far beyond a car's reach a position is doubted until the next one: the readings of one second may be of several,
and a car finds itself again behind a tunnel. Positions 198 km away for 12 s were measured."""

QUICK_KMH: Final = 130.0
"""How far a car may have come before it stood: what a position after that says is no driving on."""

DEPARTURE_MS: Final = 10 * MINUTE_MS
"""A door or the ignition so long before the first sign of driving belongs to the departure."""

DETOUR: Final = 1.3
"""How much longer roads are than the straight line; inferred."""

FIRST_KM_KMH: Final = 20.0
SPEED_GROWTH: Final = 1 / 3
LONG_WAY_KMH: Final = 100.0
UNSURE_SHARE: Final = 0.5
"""For how long a car drove of which only the arrival is told: 20 km/h over one kilometre, 43 over 10, 93 over 100, as
household surveys have it. Inferred; such a start may be half the drive off, and says so."""

AT_ONCE_MS: Final = 60 * SECOND_MS
"""What a car sends together lies within so much: odometer, position and the end of the segment."""

LEAVING_CAR_MS: Final = 3 * MINUTE_MS
"""Who switches off so soon after standing still had arrived then."""

ARRIVAL_MS: Final = 5 * MINUTE_MS
"""What a car measures so soon after its arrival belongs to the trip: it sums up a trip 20 s to 4 min later."""

TELLS_MOTION_MS: Final = 30 * DAY_MS
"""A car that told of motion so lately tells of it: kilometres without it are missing, not a trip."""

ODOMETER_SLACK_KM: Final = 2.0
"""An odometer counts whole kilometres or miles, at either end."""

SHORTEST_KM: Final = 0.1
"""What is shorter is moving the car, not a trip; and a position in a garage can be so far off."""

SHORTEST_S: Final = 120
"""How long a car must say that it moves when neither positions nor odometer tell how far (a peer's limit)."""

UNTOLD_KM: Final = 5.0
UNTOLD_KMH: Final = 80.0
"""At the first odometer of a trip kilometres are missing before it when its way does not explain them by so much, and
it would have had to be so fast on the whole since it began."""

REST_MS: Final = HOUR_MS
"""So long after the last sign of driving nothing is under way."""

MOVING_ERROR_S: Final = 5.0
"""Between a fact and the whole second that the car stamps it with, and the reading before."""
SILENT_ERROR_S: Final = 120.0
"""Nine of ten positions of a driving car come within two minutes: how late the last one may be at most."""
