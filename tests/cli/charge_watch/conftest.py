"""The receiver of notices and the emulated BMW, as the outputs' and the hub's own tests have them."""

from tests.hub.conftest import cloud
from tests.outputs.conftest import Receiver, receiver

__all__ = ["Receiver", "cloud", "receiver"]
