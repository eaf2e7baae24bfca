# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Why talking to a channel failed, in the four ways a caller reacts to."""


class ChannelError(Exception):
    """Base of all channel failures. ``kind`` says what the caller should do."""

    kind = "refused"


class AuthenticationError(ChannelError):
    """The credentials or their rights are not accepted: a person has to act."""

    kind = "auth"


class ThrottledError(ChannelError):
    """The channel asks for a pause; ``retry_after`` in seconds, if it said so."""

    kind = "throttled"

    def __init__(self, message: str, retry_after: float = 0.0) -> None:
        super().__init__(message)
        self.retry_after = retry_after


class TransientError(ChannelError):
    """Network, time-out or server failure: the same request may work later."""

    kind = "transient"


class RefusedError(ChannelError):
    """The channel understood the request and refuses it: a fault of ours."""

    kind = "refused"


class PayloadError(ValueError):
    """An order of the channel cannot be understood or does not add up.

    The message is read by the person who has to solve it.
    """
