"""What a container's id looks like, checked before a call is spent on one that is none."""

from bimmerhub.cli.context import WrongUsage

ID_CHARACTERS = 13


def check_container_id(container: str) -> None:
    """Return when this can be the id of a container; WrongUsage when it cannot."""
    if len(container) != ID_CHARACTERS or not container.isalnum():
        raise WrongUsage(
            f"{container[:40]!r} is no id of a container: one has {ID_CHARACTERS} letters and digits",
            hint="bimmerhub containers list shows them",
        )
