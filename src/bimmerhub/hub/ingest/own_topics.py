"""What a message of the stream says must agree with the topic that it came by: `GCID/VIN`.

Another person's topic, or another car's readings under a topic, must not become readings of a car: such a message is
refused whole, with the reason. None was ever seen of BMW's; a broker in between, or a fault, could send one.
"""

from collections.abc import Sequence

from bimmerhub.domain.reading import Reading
from bimmerhub.errors import MalformedPayload
from bimmerhub.ids import Gcid, mask_vin


def doubt_of_topic(topic: str, readings: Sequence[Reading], *, gcid: Gcid | None) -> MalformedPayload | None:
    """Return why the readings of one message cannot be what their topic says; None when they can."""
    topic_gcid, _, topic_vin = topic.partition("/")
    if gcid is not None and topic_gcid.casefold() != gcid.casefold():
        return MalformedPayload("the topic is that of another GCID")
    if readings and readings[0].vin != topic_vin.upper():
        return MalformedPayload(f"the message is of {mask_vin(readings[0].vin)}, its topic of {mask_vin(topic_vin)}")
    return None
