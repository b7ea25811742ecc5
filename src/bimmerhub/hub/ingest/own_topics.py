"""What a message of the stream says must agree with the topic that it came by: `GCID/VIN`.

Another person's topic, or another car's readings under a topic, must not become readings of a car: such a message is
refused whole, with the reason. None was ever seen of BMW's; a broker in between, or a fault, could send one.
"""

from functools import lru_cache

from bimmerhub.ids import Gcid, Vin, mask_vin


@lru_cache(maxsize=1024)
def doubt_of_topic(topic: str, vin: Vin | None, gcid: Gcid | None) -> str | None:
    """Return why a message of this car (None: of none) cannot be what its topic says; None when it can.

    The same few topics come with every message, so the answers are remembered.
    """
    topic_gcid, _, topic_vin = topic.partition("/")
    if gcid is not None and topic_gcid.casefold() != gcid.casefold():
        return "the topic is that of another GCID"
    if vin is not None and vin != topic_vin.upper():
        return f"the message is of {mask_vin(vin)}, its topic of {mask_vin(topic_vin)}"
    return None
