# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Why talking to a channel failed, in the five ways a caller reacts to."""

from __future__ import annotations

from dataclasses import dataclass


class ChannelError(Exception):
    """Base of all channel failures.

    ``kind`` says what the caller should do, ``code`` what went wrong in a word, for those
    who tell it to a person; the message is the detail, in English.
    """

    kind = "refused"

    def __init__(self, message: str, code: str = "") -> None:
        super().__init__(message)
        self.code = code


class AuthenticationError(ChannelError):
    """The credentials or their rights are not accepted: a person has to act."""

    kind = "auth"


class ThrottledError(ChannelError):
    """The channel asks for a pause; ``retry_after`` in seconds, if it said so.

    The request was not carried out.
    """

    kind = "throttled"

    def __init__(self, message: str, retry_after: float = 0.0) -> None:
        super().__init__(message, "throttled")
        self.retry_after = retry_after


class TransientError(ChannelError):
    """Network, time-out or server failure: the same request may work later.

    ``unsent`` if it is certain that the request never reached the channel.
    """

    kind = "transient"

    def __init__(self, message: str, code: str = "", *, unsent: bool = False) -> None:
        super().__init__(message, code)
        self.unsent = unsent


class UncertainError(ChannelError):
    """Nobody knows whether the request was carried out, and it must not be sent again.

    The caller has to read the channel's state before it goes on.
    """

    kind = "uncertain"


class RefusedError(ChannelError):
    """The channel understood the request and refuses it: a fault of ours."""

    kind = "refused"


@dataclass(frozen=True)
class InputProblem:
    """One thing the channel has against what we sent; ``path`` leads to it."""

    message: str
    code: str = ""
    path: tuple[str, ...] = ()


class InputError(RefusedError):
    """The channel refuses the content of a request and says why, point by point."""

    def __init__(self, name: str, problems: tuple[InputProblem, ...]) -> None:
        text = "; ".join(problem.message for problem in problems[:3])
        super().__init__(f"{name}: {text}", "input")
        self.problems = problems

    def has(self, code: str) -> bool:
        """Whether one of the problems is of this kind."""
        return any(problem.code == code for problem in self.problems)


class PayloadError(ValueError):
    """An order of the channel cannot be understood or does not add up.

    The message is read by the person who has to solve it.
    """
