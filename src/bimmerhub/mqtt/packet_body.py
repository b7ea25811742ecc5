"""Reading one packet's variable header and payload: numbers, texts, topics. Whatever does not fit is malformed."""

from bimmerhub.mqtt.packets import MalformedPacket, ReasonCode
from bimmerhub.mqtt.topics import is_topic, is_topic_filter

LENGTH_BYTES = 4
CONTINUES = 0x80


class Body:
    """A reading position in the bytes behind a packet's fixed header."""

    __slots__ = ("_data", "_position")

    def __init__(self, data: bytes) -> None:
        self._data = data
        self._position = 0

    @property
    def is_at_end(self) -> bool:
        """Whether everything has been read."""
        return self._position == len(self._data)

    def take(self, count: int) -> bytes:
        """Return the next `count` bytes."""
        end = self._position + count
        if end > len(self._data):
            raise MalformedPacket("a packet that ends too early")
        taken = self._data[self._position : end]
        self._position = end
        return taken

    def take_rest(self) -> bytes:
        """Return all that is left."""
        return self.take(len(self._data) - self._position)

    def take_byte(self) -> int:
        """Return a number of one byte."""
        return self.take(1)[0]

    def take_number(self, size: int = 2) -> int:
        """Return a number of `size` bytes."""
        return int.from_bytes(self.take(size), "big")

    def take_variable_number(self) -> int:
        """Return a number of one to four bytes, seven bits in each."""
        number = 0
        for position in range(LENGTH_BYTES):
            byte = self.take_byte()
            number |= (byte & 0x7F) << 7 * position
            if byte < CONTINUES:
                return number
        raise MalformedPacket("a variable number of more than four bytes")

    def take_packet_id(self) -> int:
        """Return a packet identifier, which is never 0."""
        packet_id = self.take_number()
        if packet_id == 0:
            raise MalformedPacket("a packet identifier of 0", code=ReasonCode.PROTOCOL_ERROR)
        return packet_id

    def take_binary(self) -> bytes:
        """Return bytes that follow their length."""
        return self.take(self.take_number())

    def take_text(self) -> str:
        """Return UTF-8 text that follows its length."""
        try:
            text = self.take_binary().decode()
        except UnicodeDecodeError as error:
            raise MalformedPacket("text that is not UTF-8") from error
        if "\0" in text:
            raise MalformedPacket("text with U+0000")
        return text

    def take_topic(self) -> str:
        """Return the topic of a message."""
        topic = self.take_text()
        if not is_topic(topic):
            raise MalformedPacket("a topic that is empty or has a wildcard")
        return topic

    def take_topic_filter(self) -> str:
        """Return what a client subscribes to."""
        topic_filter = self.take_text()
        if not is_topic_filter(topic_filter):
            raise MalformedPacket("a topic filter that is empty or has a wildcard in a wrong place")
        return topic_filter

    def take_end(self) -> None:
        """Make sure that nothing is left."""
        if not self.is_at_end:
            raise MalformedPacket("a packet with bytes behind its end")
