"""What whoever asks may do, so that a page or a program can say so before it tries."""

import msgspec


class AccessAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Who asks, as the audit calls them, and what they may do; with `has_password` reading needs a proof too."""

    who: str
    may_change: bool
    may_command: bool
    has_password: bool


class PageKeyAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """The key of a link to the page, good once."""

    key: str

    def __repr__(self) -> str:
        """Show no key."""
        return "PageKeyAnswer(…)"


class PageLinkAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """A link to the page that proves who opens it; good once."""

    link: str

    def __repr__(self) -> str:
        """Show no key."""
        return "PageLinkAnswer(…)"


class PasswordAnswer(msgspec.Struct, frozen=True, kw_only=True):
    """Whether there is a password now, and whether there was one before."""

    is_set: bool
    was_set: bool
