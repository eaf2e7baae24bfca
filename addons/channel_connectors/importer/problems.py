# License AGPL-3.0 or later (https://www.gnu.org/licenses/agpl.html)
"""Why an order cannot be imported as it is, for the person who has to help."""


class Problem(Exception):
    """``code`` is a reason of the inbox; the message says what to do."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code
