"""What all tests share: how hypothesis runs."""

import os

from hypothesis import HealthCheck, settings

# No deadline: a busy machine is not a bug. With CI set the examples are the same every time.
settings.register_profile(
    "bimmerhub",
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow],
    derandomize=bool(os.environ.get("CI")),
    print_blob=True,
)
settings.load_profile("bimmerhub")
